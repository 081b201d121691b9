import { z } from "zod";
import type { Choice, FreeText } from "../../domain/question.ts";
import { defineOperation } from "../operation.ts";
import { AskedAnswer, answerOf, tellAnswer, tellWaiting } from "./answer-of.ts";
import { requireFew, runOf } from "./run-of.ts";

const Input = z.strictObject({
  question: z.string().trim().min(1).max(300).describe("one line"),
  details: z.string().max(10_000).default("").describe("what the person must know to answer"),
  options: z.array(z.string().trim().min(1).max(200)).max(20).default([]).describe("buttons; a text unless given"),
  several: z.boolean().default(false).describe("whether more than one option may be chosen"),
});

export const askPerson = defineOperation({
  name: "ask_person",
  summary: "ask the person a question",
  guide:
    "Asks the person a question in their chat, with buttons for options, and waits up to 45 seconds for the answer. If nobody has answered by then you get a ticket for await_answer. Use it only for what you cannot find out or decide yourself. It gives no approval: whatever needs one is still asked for.",
  input: Input,
  output: AskedAnswer,
  argument: "question",
  intent: "write",
  idempotent: false,
  examples: [{ question: "Which database?", details: "", options: ["SQLite", "Postgres"], several: false }],
  run: (access, input, caller) => {
    const run = runOf(access, caller);
    requireFew(access, run, "questions");
    return answerOf(access, run, access.bridge.tickets.ask(run, toQuestion(input)), caller);
  },
  tell: tellAnswer,
  tellEvent: tellWaiting,
});

function toQuestion({ question: title, details, options, several }: z.infer<typeof Input>): Choice | FreeText {
  const asked = { id: "ask_person", title, ...(details !== "" && { body: details }) };
  if (options.length === 0) return { ...asked, kind: "text", isSecret: false };
  const labels = [...new Set(options)].map((label) => ({ value: label, label }));
  return { ...asked, kind: "choice", options: labels, isMultiple: several, isOpen: true };
}
