import { z } from "zod";
import { UserError } from "../errors.ts";
import { findActive } from "./find.ts";
import { type Access, defineOperation } from "./operation.ts";

export const interrupt = defineOperation({
  name: "interrupt",
  summary: "end the turn of a run and keep its session",
  input: z.strictObject({ run: z.string().optional() }),
  output: z.object({ run: z.string() }),
  intent: "write",
  idempotent: true,
  examples: [{}],
  run: (access, input, caller) => {
    const run = findActive(access, input.run, caller);
    if (access.bridge.interrupt(run)) return { run };
    throw new UserError(whyNot(access, run));
  },
  tell: ({ run: runId }) => ({ body: "Ending the turn.", runId, isSeen: true }),
});

function whyNot({ bridge, store }: Access, id: string): string {
  const run = store.runs.get(id);
  const isActive = run && bridge.active(run.chatId).some((one) => one.id === id);
  if (!isActive) return "Nothing is running for that message.";
  if (!bridge.isRunning(id)) return "It has not begun yet: `/cancel` drops it from the queue.";
  return `${bridge.threads.whyNot(run, "interrupt") ?? "Its turn is just beginning."} \`/cancel\` stops the run.`;
}
