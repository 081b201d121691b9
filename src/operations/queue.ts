import { z } from "zod";
import { resolvePrompt } from "../bridge/resolve.ts";
import { UserError } from "../errors.ts";
import { defineOperation } from "./operation.ts";

export const queue = defineOperation({
  name: "queue",
  summary: "run a task after the one that runs, not in it",
  input: z.strictObject({ task: z.string().default("") }),
  output: z.object({ run: z.string() }),
  argument: "task",
  intent: "write",
  idempotent: false,
  examples: [{ task: "run the tests" }],
  // In a chat such a message joins its forwards first, as every task does: see `chat/intent.ts`.
  run: (access, { task }, { place, surface }) => {
    if (task.trim() === "") throw new UserError("Put the task behind it, as in `/queue run the tests`.");
    const prompt = { ...place, text: task, origin: { type: "operation", caller: surface } as const };
    const run = access.bridge.add(prompt, resolvePrompt(prompt, access));
    access.bridge.start(run);
    return { run };
  },
  tell: ({ run: runId }) => ({ body: "Queued.", runId, isSeen: true }),
});
