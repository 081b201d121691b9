import { z } from "zod";
import { askedBy, findThread } from "./find.ts";
import { inlineCode } from "./inline-code.ts";
import { defineOperation } from "./operation.ts";

export const undo = defineOperation({
  name: "undo",
  summary: "take back the last turn of the session you reply to",
  input: z.strictObject({ session: z.string().optional() }),
  output: z.object({ run: z.string(), resumeLine: z.string() }),
  argument: "session",
  intent: "destroy",
  idempotent: false,
  examples: [{}],
  run: async (access, input, caller) => {
    const thread = findThread(access, input.session, caller);
    const left = await access.bridge.threads.undo(thread, askedBy(caller, access));
    return { run: left.id, resumeLine: thread.engine.resume.format(left.session ?? thread.session) };
  },
  tell: ({ run: runId, resumeLine }) => ({
    body: `The last turn was taken back; files stay as they are. A reply to this continues without it.\n\n${inlineCode(resumeLine)}`,
    runId,
  }),
});
