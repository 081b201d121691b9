import { z } from "zod";
import { placeOf } from "../bridge/fetch-files.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { UserError } from "../errors.ts";
import type { StoredRun } from "../store/stored-run.ts";
import { findRun, runRef } from "./find.ts";
import { type Access, defineOperation, type Told } from "./operation.ts";

/** In UTF-16 units: what a rich message holds, with room for the rest of it. */
const LARGEST_SHOWN = 30_000;
const MOST_FILES = 100;

const File = z.object({ path: z.string(), added: z.number(), removed: z.number(), patch: z.string() });
const Output = z.object({ run: z.string(), base: z.string(), files: z.array(File), isCut: z.boolean() });

export const diff = defineOperation({
  name: "diff",
  summary: "what changed in the files of the run you reply to",
  input: z.strictObject({ run: runRef }),
  output: Output,
  argument: "run",
  intent: "read",
  idempotent: true,
  examples: [{}],
  run: async (access, input, caller) => {
    const run = findRun(access, input.run, caller);
    return { run: run.id, ...(await diffOf(access, run)) };
  },
  tell,
});

/** @throws UserError if the run has no directory yet, or that is in no repository. */
export async function diffOf({ bridge }: Access, run: StoredRun) {
  const { cwd } = run;
  if (cwd === null) throw new UserError("That run has not begun, so nothing has changed.");
  const { base, files, isCut } = await bridge.look("diff", { cwd, ...placeOf(run) });
  return { base, files: [...files], isCut };
}

/** One line a file, and its patch folded; what is too much for a message is a file of its own. */
function tell({ run: runId, base, files, isCut }: z.infer<typeof Output>): Told {
  if (files.length === 0) return { body: `Nothing differs from ${inlineCode(base)}.`, runId };
  const [added, removed] = [sum(files.map((file) => file.added)), sum(files.map((file) => file.removed))];
  const count = files.length === 1 ? "1 file differs" : `${files.length} files differ`;
  const more = isCut ? " There is more than can be shown." : "";
  const head = `${count} from ${inlineCode(base)}: +${added} −${removed}.${more}`;
  const shown = files.slice(0, MOST_FILES);
  const list = shown.map((file) => `- ${titleOf(file)}`);
  if (files.length > shown.length) list.push(`- and ${files.length - shown.length} more`);
  const text = `${files.map(({ patch }) => patch).join("\n")}\n`;
  const file = { name: "changes.diff", text };
  const isLarge = text.length > LARGEST_SHOWN || files.length > MOST_FILES;
  const folds = isLarge ? [] : files.map((one) => ({ title: `${one.path} ${sizeOf(one)}`, text: one.patch }));
  return { body: `${head}\n\n${list.join("\n")}`, folds, file, runId };
}

const sizeOf = ({ added, removed }: z.infer<typeof File>) => `+${added} −${removed}`;
const titleOf = (file: z.infer<typeof File>) => `${inlineCode(file.path)} ${sizeOf(file)}`;
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
