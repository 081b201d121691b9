import type { Bridge } from "../bridge/bridge.ts";
import { type Choice, type Question, type Reply, readText } from "../domain/question.ts";
import type { StoredQuestion } from "../store/questions.ts";
import type { Store } from "../store/store.ts";
import { closedText } from "./card.ts";
import type { CardPress } from "./card-buttons.ts";
import type { ChatCards } from "./cards.ts";
import type { Incoming, Press } from "./incoming.ts";

export interface CardReplyParts {
  readonly bridge: Bridge;
  readonly store: Store;
  readonly cards: Pick<ChatCards, "chosen" | "toggle">;
}

/** Does what a card's button says; gives what to tell at once. */
export function pressCard(press: Press, { key, what }: CardPress, parts: CardReplyParts): string {
  const stored = parts.store.questions.get(key);
  if (!stored || stored.chatId !== press.chatId) return "This button no longer works.";
  const closed = closedText(stored);
  if (closed !== undefined) return closed;
  const { question } = stored;
  if (typeof what === "number" && question.kind === "choice" && question.isMultiple) {
    if (question.options[what] === undefined) return "This button no longer works.";
    parts.cards.toggle(key, what);
    return parts.cards.chosen(key).has(what) ? "Ticked." : "Not ticked any more.";
  }
  const reply = toReply(question, what, parts.cards.chosen(key));
  if (typeof reply === "string") return reply;
  return pass(stored, reply, press, parts) ?? RECEIPTS[reply.type];
}

/** Takes a message for the answer to a question; gives what to say where it is none. */
export function replyToCard(message: Incoming, stored: StoredQuestion, parts: CardReplyParts): string | undefined {
  const closed = closedText(stored);
  if (closed !== undefined) return `${closed} Your message was not passed on.`;
  const reply = message.attachment ? "This takes text only." : readReply(stored.question, message.text.trim());
  if (typeof reply === "string") return reply;
  return pass(stored, reply, message, parts);
}

const RECEIPTS: Readonly<Record<Reply["type"], string>> = {
  ...{ allow: "Allowing.", deny: "Denying.", choose: "Answering.", text: "Answering.", dismiss: "Dismissing." },
};

type Person = Pick<Incoming, "userId" | "userName">;

function pass({ runId, key }: StoredQuestion, reply: Reply, person: Person, { bridge, store }: CardReplyParts) {
  const { userId = "", userName = userId } = person;
  if (bridge.answer(runId, key, reply, { id: userId, name: userName })) return undefined;
  const now = store.questions.get(key);
  return (now && closedText(now)) ?? "Another answer is on its way.";
}

/** The reply that a button stands for, or why it is none. */
function toReply(question: Question, what: CardPress["what"], chosen: ReadonlySet<number>): Reply | string {
  const isApproval = question.kind !== "text" && question.kind !== "choice";
  if (what === "dismiss" && !isApproval) return { type: "dismiss" };
  if (question.kind === "choice") return toChoice(question, typeof what === "number" ? [what] : [...chosen]);
  if (isApproval && what === "deny") return { type: "deny" };
  if (isApproval && what === "allow") return { type: "allow", scope: "once" };
  if (isApproval && what === "session" && question.canAllowSession) return { type: "allow", scope: "session" };
  return "This button no longer works.";
}

function toChoice({ options }: Choice, indexes: readonly number[]): Reply | string {
  const values = options.filter((_, index) => indexes.includes(index)).map(({ value }) => value);
  return values.length > 0 ? { type: "choose", values } : "Nothing is chosen.";
}

/** The reply that a text stands for, or what to say to it. The name of an option chooses it. */
function readReply(question: Question, text: string): Reply | string {
  if (text === "") return "This takes text only.";
  if (question.kind !== "text" && question.kind !== "choice") return { type: "deny", reason: text };
  return readText(question, text) ?? "This takes one of its options: press a button.";
}
