import { z } from "zod";
import { inlineCode } from "../domain/inline-code.ts";
import { UserError } from "../errors.ts";
import { findThread } from "./find.ts";
import { defineOperation } from "./operation.ts";

/** In characters; engines show names in lists. */
const NAME_LENGTH = 200;

export const name = defineOperation({
  name: "name",
  summary: "name the session you reply to",
  input: z.strictObject({ session: z.string().optional(), name: z.string().default("") }),
  output: z.object({ run: z.string(), name: z.string() }),
  argument: "name",
  intent: "write",
  idempotent: true,
  examples: [{ name: "login bug" }],
  run: async (access, input, caller) => {
    const chosen = input.name.replace(/\s+/g, " ").trim().slice(0, NAME_LENGTH);
    if (chosen === "") throw new UserError("Add the name, as in `/name login bug`.");
    const thread = findThread(access, input.session, caller);
    await access.bridge.threads.rename(thread, chosen);
    return { run: thread.run.id, name: chosen };
  },
  tell: ({ run: runId, name: chosen }) => ({ body: `This session is named ${inlineCode(chosen)} now.`, runId }),
});
