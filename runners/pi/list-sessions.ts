import { z } from "zod";
import type { FoundSession } from "../../src/domain/run.ts";
import type { WorkSetup } from "../../src/engine/contract.ts";
import { parseJson } from "../../src/engine/json.ts";
import { listSessionFiles } from "../../src/engine/session-files.ts";
import type { PiOptions } from "./options.ts";
import { findPlaces } from "./session-places.ts";

const Header = z.object({ type: z.literal("session"), id: z.string().min(1), cwd: z.string() });
const Prompt = z.object({
  type: z.literal("message"),
  message: z.object({
    role: z.literal("user"),
    content: z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]),
  }),
});

/** The sessions that pi has saved for a directory, whoever began them. */
export async function listSessions(setup: WorkSetup & { readonly options: PiOptions }): Promise<FoundSession[]> {
  const { own } = await findPlaces(setup, setup.cwd);
  return listSessionFiles(own, (lines) => {
    const [header] = lines.slice(0, 2).flatMap((line) => Header.safeParse(parseJson(line)).data ?? []);
    if (header?.cwd !== setup.cwd) return undefined;
    const prompt = lines.map((line) => Prompt.safeParse(parseJson(line)).data).find((one) => one !== undefined);
    const content = prompt?.message.content ?? "";
    const title = typeof content === "string" ? content : content.map(({ text = "" }) => text).join(" ");
    return { session: header.id, title };
  });
}
