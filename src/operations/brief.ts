import { z } from "zod";
import { UserError } from "../errors.ts";
import { findThread } from "./find.ts";
import { defineOperation } from "./operation.ts";

export const brief = defineOperation({
  name: "brief",
  summary: "tell the session you reply to something for its next turn",
  input: z.strictObject({
    session: z.string().optional().describe("a session by name or id, or one of its runs"),
    text: z.string().trim().default(""),
  }),
  output: z.object({ run: z.string(), session: z.string() }),
  argument: "text",
  operands: ["session", "text"],
  intent: "write",
  idempotent: false,
  examples: [{ text: "the tests need Node 22" }],
  run: async (access, { session: ref, text }, caller) => {
    if (text === "") throw new UserError("Add the text, as in `/brief the tests need Node 22`.", { code: "usage" });
    const thread = findThread(access, ref, caller);
    await access.bridge.threads.brief(thread, text);
    return { run: thread.run.id, session: thread.session };
  },
  tell: ({ run: runId }) => ({ body: "Noted for the next turn.", runId }),
});
