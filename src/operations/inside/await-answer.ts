import { z } from "zod";
import { UserError } from "../../errors.ts";
import { defineOperation } from "../operation.ts";
import { AskedAnswer, answerOf, tellAnswer, tellWaiting } from "./answer-of.ts";
import { runOf } from "./run-of.ts";

export const awaitAnswer = defineOperation({
  name: "await_answer",
  summary: "wait on for the answer to a question that was asked",
  guide:
    "Waits up to 45 seconds more for the answer to a question of ask_person, by its ticket. It works again and again, also in a later turn.",
  input: z.strictObject({ ticket: z.string().min(1).max(100) }),
  output: AskedAnswer,
  argument: "ticket",
  intent: "read",
  idempotent: true,
  examples: [{ ticket: "0a1b2c3d4e5f6071" }],
  run: (access, { ticket }, caller) => {
    const run = runOf(access, caller);
    const asked = access.store.questions.get(ticket);
    if (asked?.ticket && asked.chatId === run.chatId && asked.topicId === run.topicId) {
      return answerOf(access, run, ticket, caller);
    }
    throw new UserError(`There is no question with the ticket ${ticket}.`, { code: "not_found" });
  },
  tell: tellAnswer,
  tellEvent: tellWaiting,
});
