import { z } from "zod";
import { findThread } from "./find.ts";
import { defineOperation } from "./operation.ts";

export const end = defineOperation({
  name: "end",
  summary: "end the process that keeps the idle session you reply to warm",
  input: z.strictObject({ session: z.string().optional() }),
  output: z.object({ run: z.string(), hasEnded: z.boolean() }),
  argument: "session",
  intent: "write",
  idempotent: true,
  examples: [{}],
  run: async (access, { session }, caller) => {
    const thread = findThread(access, session, caller);
    return { run: thread.run.id, hasEnded: await access.bridge.threads.end(thread) };
  },
  tell: ({ run: runId, hasEnded }) => ({
    body: hasEnded
      ? "Ended. The session is kept: the next message to it starts the engine again."
      : "That session keeps no process warm.",
    runId,
  }),
});
