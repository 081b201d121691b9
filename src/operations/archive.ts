import { z } from "zod";
import { findThread } from "./find.ts";
import { defineOperation } from "./operation.ts";

export const archive = defineOperation({
  name: "archive",
  summary: "put the session you reply to away, until somebody replies to it",
  input: z.strictObject({ session: z.string().optional() }),
  output: z.object({ run: z.string() }),
  argument: "session",
  intent: "write",
  idempotent: true,
  examples: [{}],
  run: (access, { session: named }, caller) => {
    const { engine, session, run } = findThread(access, named, caller);
    access.store.transaction(() => {
      access.store.threads.archive(engine.id, session);
      access.store.conversations.leave(engine.id, session);
    });
    return { run: run.id };
  },
  tell: ({ run: runId }) => ({
    body: "The session was put away: lists leave it out, and no message continues it by itself. A reply to it brings it back.",
    runId,
  }),
});
