import { z } from "zod";
import { inlineCode } from "../domain/inline-code.ts";
import { type Question, type Reply, readText } from "../domain/question.ts";
import { UserError } from "../errors.ts";
import type { StoredQuestion } from "../store/questions.ts";
import { type Access, type Caller, defineOperation } from "./operation.ts";

export const answer = defineOperation({
  name: "answer",
  summary: "answer a question of an engine",
  isForPeople: true,
  input: z.strictObject({
    question: z.string().optional().describe("its key, as `approvals` lists it; the only one that waits unless told"),
    reply: z.string().trim().min(1).describe("allow, session, deny, deny <why>, an option, or a text"),
  }),
  output: z.object({ question: z.string(), run: z.string(), title: z.string(), reply: z.string() }),
  operands: ["question", "reply"],
  read: readWords,
  intent: "write",
  idempotent: false,
  examples: [{ reply: "allow" }, { question: "0a1b2c", reply: "deny not on this branch" }],
  run: (access, { question: key, reply: text }, caller) => {
    const stored = find(access, key, caller);
    const reply = toReply(stored.question, text);
    const { userId = caller.surface } = caller.place;
    if (!access.bridge.tickets.answer(stored, reply, { id: userId, name: userId })) {
      throw new UserError("It has been answered, or another answer is on its way.", { code: "busy" });
    }
    return { question: stored.key, run: stored.runId, title: stored.title, reply: reply.type };
  },
  tell: ({ title, reply, run: runId }) => ({ body: `${RECEIPTS[reply] ?? "Answering"}: ${inlineCode(title)}`, runId }),
});

const RECEIPTS: Readonly<Record<string, string>> = { allow: "Allowing", deny: "Denying" };

/** The first word may name the question. */
function readWords(words: string): { question?: string; reply: string } {
  const [, question, reply] = /^([0-9a-f]{6,})\s+(.+)$/s.exec(words) ?? [];
  return question === undefined || reply === undefined ? { reply: words } : { question, reply };
}

function find({ store }: Access, key: string | undefined, { surface, place }: Caller): StoredQuestion {
  const open = store.questions.open().filter(({ chatId }) => surface !== "chat" || chatId === place.chatId);
  const found = key === undefined ? open : open.filter((one) => one.key.startsWith(key));
  const [only, ...others] = found;
  if (!only) {
    const what = key === undefined ? "No question waits." : `No question that waits is called ${key}.`;
    throw new UserError(`${what} \`approvals\` lists them.`, { code: "not_found" });
  }
  if (others.length === 0) return only;
  const keys = found.map((one) => one.key).join(", ");
  throw new UserError(`Several questions wait: ${keys}. Say which one you mean.`, { code: "usage" });
}

function toReply(question: Question, text: string): Reply {
  if (question.kind === "choice" || question.kind === "text") {
    const reply = readText(question, text);
    if (reply) return reply;
    throw new UserError("This takes one of its options: `approvals` lists them.", { code: "usage" });
  }
  if (text === "allow") return { type: "allow", scope: "once" };
  if (text === "session" && question.canAllowSession) return { type: "allow", scope: "session" };
  const [, reason] = /^deny(?:\s+(.+))?$/s.exec(text) ?? [];
  if (text.startsWith("deny")) return { type: "deny", ...(reason !== undefined && { reason }) };
  const session = question.canAllowSession ? ", `session`" : "";
  throw new UserError(`This takes \`allow\`${session} or \`deny\`.`, { code: "usage" });
}
