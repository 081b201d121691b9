import { z } from "zod";
import { findThread } from "./find.ts";
import { defineOperation } from "./operation.ts";

export const compact = defineOperation({
  name: "compact",
  summary: "shorten the context of the session you reply to",
  input: z.strictObject({ session: z.string().optional() }),
  output: z.object({ engine: z.string(), run: z.string() }),
  argument: "session",
  intent: "write",
  idempotent: true,
  examples: [{}],
  run: async (access, input, caller) => {
    const thread = findThread(access, input.session, caller);
    await access.bridge.threads.compact(thread);
    return { engine: thread.engine.label, run: thread.run.id };
  },
  tell: ({ engine, run: runId }) => ({ body: `The context of this ${engine} session was compacted.`, runId }),
});
