import { z } from "zod";
import { resolvePrompt } from "../bridge/resolve.ts";
import { shortenLine } from "../domain/cut.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { UserError } from "../errors.ts";
import { Continuing, continuingIn, dropButton, tellContinuing } from "./continuing.ts";
import { findRun } from "./find.ts";
import { type Access, type Caller, defineOperation, type OperationButton } from "./operation.ts";

/** In characters, of the beginning of a prompt. */
const PROMPT_LENGTH = 60;

const which = z.string().min(1).optional();
const Input = z.strictObject({
  task: z.string().trim().min(1).optional().describe("a task to run after the one that runs, not in it"),
  move: which.describe("a waiting run, by its number or id, to move to the place `to`"),
  to: z.int().positive().optional().describe("the place to move it to; 1 is next"),
  drop: which.describe("a waiting run to drop, by its number or id"),
  clear: z.boolean().optional().describe("drop all that wait"),
});
const Waiting = z.object({ run: z.string(), engine: z.string(), project: z.string().nullable(), prompt: z.string() });
const Output = z.object({
  ...{ added: z.string().optional(), dropped: z.array(z.string()) },
  ...{ waiting: z.array(Waiting), continuing: z.array(Continuing) },
});

export const queue = defineOperation({
  name: "queue",
  summary: "list what waits, move or drop it, or run a task after the one that runs",
  input: Input,
  output: Output,
  operands: ["task", "which", "to"],
  read: readWords,
  intent: "destroy",
  idempotent: false,
  examples: [{}, { task: "run the tests" }, { clear: true }],
  // In a chat such a message joins its forwards first, as every task does: see `chat/intent.ts`.
  run: (access, input, caller) => {
    const added = input.task === undefined ? undefined : add(access, input.task, caller);
    const dropped = drop(access, input, caller);
    if (input.move !== undefined) move(access, input.move, input.to, caller);
    const continuing = continuingIn(access, caller.place.chatId);
    return { ...(added !== undefined && { added }), dropped, waiting: list(access, caller), continuing };
  },
  tell: ({ added, dropped, waiting, continuing }) => {
    if (added !== undefined) return { body: "Queued.", runId: added, isSeen: true };
    const gone = dropped.length === 0 ? [] : [`Dropped ${dropped.length} from the queue.`];
    const lines = waiting.map(({ engine, project, prompt }, index) => {
      const place = project === null ? [] : [inlineCode(project)];
      const facts = [inlineCode(engine), ...place, inlineCode(shortenLine(prompt, PROMPT_LENGTH))];
      return `${index + 1}. ${facts.join(" · ")}`;
    });
    const later = continuing.map((one, index) => tellContinuing(one, waiting.length + index + 1));
    const laterButtons = continuing.map((one, index) => [dropButton(one, waiting.length + index + 1)]);
    return {
      body: [...gone, [...lines, ...later].join("\n") || "Nothing waits here."].join("\n\n"),
      buttons: [...waiting.map(({ run }, index) => buttonsOf(run, index)), ...laterButtons],
    };
  },
});

function buttonsOf(run: string, index: number): OperationButton[] {
  const first = { label: `${index + 1} Next`, operation: "queue", input: { move: run, to: 1 } };
  const away = { label: `${index + 1} Drop`, operation: "queue", input: { drop: run }, style: "danger" } as const;
  return index === 0 ? [away] : [first, away];
}

/** `move 2 1`, `drop 2` and `clear` are for the queue; any other words are a task. */
function readWords(words: string): z.infer<typeof Input> {
  if (words === "" || words === "list") return {};
  if (words === "clear") return { clear: true };
  const [, moved, to] = /^move\s+(\S+)\s+(\d+)$/.exec(words) ?? [];
  if (moved !== undefined) return { move: moved, to: Number(to) };
  const [, dropped] = /^drop\s+(\d+|[\d-]{6,}[a-z0-9]*)$/.exec(words) ?? [];
  return dropped === undefined ? { task: words } : { drop: dropped };
}

function add(access: Access, task: string, { place, surface }: Caller): string {
  const prompt = { ...place, text: task, origin: { type: "operation", caller: surface } as const };
  const run = access.bridge.add(prompt, resolvePrompt(prompt, access));
  access.bridge.start(run);
  return run;
}

const list = ({ bridge }: Access, { place }: Caller): z.infer<typeof Waiting>[] =>
  bridge.waiting(place.chatId).map(({ id: run, engine, project, prompt }) => ({ run, engine, project, prompt }));

function drop(access: Access, input: z.infer<typeof Input>, caller: Caller): string[] {
  const { bridge } = access;
  const named = input.drop === undefined ? [] : [waitingRun(access, input.drop, caller)];
  const runs = input.clear ? bridge.waiting(caller.place.chatId).map(({ id }) => id) : named;
  for (const run of runs) bridge.cancel(run);
  return runs;
}

function move(access: Access, ref: string, to: number | undefined, caller: Caller): void {
  if (to === undefined) throw new UserError("Say where to move it, as in `/queue move 3 1`.", { code: "usage" });
  access.bridge.move(waitingRun(access, ref, caller), to);
}

/** By its number in the list, or as any run. */
function waitingRun(access: Access, ref: string, caller: Caller): string {
  const waiting = access.bridge.waiting(caller.place.chatId);
  const isNumber = /^\d{1,4}$/.test(ref);
  const run = isNumber ? waiting[Number(ref) - 1] : findRun(access, ref, caller);
  if (!run) throw new UserError(`Nothing waits at place ${ref}: \`queue\` lists what does.`, { code: "not_found" });
  if (waiting.some(({ id }) => id === run.id)) return run.id;
  throw new UserError("That run does not wait: `queue` lists those that do.", { code: "not_found" });
}
