import { z } from "zod";
import { inlineCode } from "../domain/inline-code.ts";
import { askedBy, findThread } from "./find.ts";
import { defineOperation } from "./operation.ts";

export const fork = defineOperation({
  name: "fork",
  summary: "copy the session you reply to, to continue it in two ways",
  input: z.strictObject({ session: z.string().optional() }),
  output: z.object({ run: z.string(), resumeLine: z.string() }),
  argument: "session",
  intent: "write",
  idempotent: false,
  examples: [{}],
  run: async (access, input, caller) => {
    const thread = findThread(access, input.session, caller);
    const copy = await access.bridge.threads.fork(thread, askedBy(caller, access));
    return { run: copy.id, resumeLine: thread.engine.resume.format(copy.session ?? thread.session) };
  },
  tell: ({ run: runId, resumeLine }) => ({
    body: `Forked. A reply to this continues the copy.\n\n${inlineCode(resumeLine)}`,
    runId,
  }),
});
