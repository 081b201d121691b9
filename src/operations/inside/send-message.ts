import { z } from "zod";
import { defineOperation } from "../operation.ts";
import { requireFew, runOf, targetOf } from "./run-of.ts";

export const sendMessage = defineOperation({
  name: "send_message",
  summary: "say something to the person now",
  guide:
    "Says something to the person in their chat now, while you go on working. Your final answer reaches them anyway: use this for what they should know before that. They may reply at any time, but this does not wait for a reply: use ask_person for a question.",
  input: z.strictObject({
    text: z.string().trim().min(1).max(10_000).describe("Markdown"),
    notify: z.boolean().default(false).describe("whether their device makes a sound"),
  }),
  output: z.object({ sent: z.literal(true) }),
  argument: "text",
  intent: "write",
  idempotent: false,
  examples: [{ text: "The first half is done; the tests pass.", notify: false }],
  run: (access, { text, notify }, caller) => {
    const run = runOf(access, caller);
    requireFew(access, run, "messages");
    // Else its words could pass for takopi's own.
    access.say(targetOf(run), { body: `**${run.engine} says**\n\n${text}` }, !notify);
    return { sent: true as const };
  },
  tell: () => ({ body: "Sent." }),
});
