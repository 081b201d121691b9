import type { Bridge } from "../bridge/bridge.ts";
import { type Choice, type Question, type Reply, readText } from "../domain/question.ts";
import type { StoredQuestion } from "../store/questions.ts";
import type { Store } from "../store/store.ts";
import type { CardPress } from "./card-buttons.ts";
import { closedText, isCutOff } from "./card-end.ts";
import type { ChatCards } from "./cards.ts";
import type { Incoming, Press } from "./incoming.ts";
import { addSequel } from "./sequel.ts";

export interface CardReplyParts {
  readonly bridge: Bridge;
  readonly store: Store;
  readonly cards: Pick<ChatCards, "chosen" | "toggle" | "show" | "askWhyNot">;
  readonly now: () => number;
}

/** Does what a card's button says; gives what to tell at once. @throws UserError */
export function pressCard(press: Press, { key, what }: CardPress, parts: CardReplyParts): string {
  const stored = parts.store.questions.get(key);
  if (!stored || stored.chatId !== press.chatId) return "This button no longer works.";
  if (isCutOff(stored) && (what === "resume" || what === "leave")) return settleCutOff(press, stored, what, parts);
  const closed = closedText(stored);
  if (closed !== undefined) return closed;
  const { question } = stored;
  if (typeof what === "number" && question.kind === "choice" && question.isMultiple) {
    return tick(key, question, what, parts.cards);
  }
  if (what === "why" && isApproval(question)) {
    parts.cards.askWhyNot(key);
    return "Reply with the reason.";
  }
  const reply = toReply(question, what, parts.cards.chosen(key));
  if (typeof reply === "string") return reply;
  return pass(stored, reply, press, parts) ?? RECEIPTS[reply.type];
}

/** Takes a message for the answer to a question; gives what to say if it is none. */
export function replyToCard(message: Incoming, stored: StoredQuestion, parts: CardReplyParts): string | undefined {
  const closed = closedText(stored);
  if (closed !== undefined) return `${closed} Your message was not passed on.`;
  const reply =
    message.attachment || message.files?.length
      ? "This takes text only."
      : readReply(stored.question, message.text.trim());
  if (typeof reply === "string") return reply;
  return pass(stored, reply, message, parts);
}

const RECEIPTS: Readonly<Record<Reply["type"], string>> = {
  ...{ allow: "Allowing.", deny: "Denying.", choose: "Answering.", text: "Answering.", dismiss: "Dismissing." },
};

function tick(key: string, { options }: Choice, index: number, cards: CardReplyParts["cards"]): string {
  if (options[index] === undefined) return "This button no longer works.";
  cards.toggle(key, index);
  return cards.chosen(key).has(index) ? "Ticked." : "Not ticked any more.";
}

type Person = Pick<Incoming, "userId" | "userName">;

const personOf = ({ userId = "", userName = userId }: Person) => ({ id: userId, name: userName });

/** Resumes the run that was cut off while it asked, or leaves it as it is. Nothing is decided of the question. */
function settleCutOff(press: Press, stored: StoredQuestion, what: "resume" | "leave", parts: CardReplyParts): string {
  const { store, cards, now } = parts;
  const settle = () => void store.questions.settleCutOff(stored.key, what, { user: personOf(press) }, now());
  const run = store.runs.get(stored.runId);
  if (what === "leave") settle();
  else if (run) addSequel(run, "resume", press, parts, settle);
  cards.show(stored.key);
  return what === "leave" ? "Left as it is." : "Resuming.";
}

function pass(stored: StoredQuestion, reply: Reply, person: Person, { bridge, store }: CardReplyParts) {
  if (bridge.tickets.answer(stored, reply, personOf(person))) return undefined;
  const now = store.questions.get(stored.key);
  return (now && closedText(now)) ?? "Another answer is on its way.";
}

const isApproval = ({ kind }: Question) => kind !== "text" && kind !== "choice";

/** The reply of a button, or why there is none. */
function toReply(question: Question, what: CardPress["what"], chosen: ReadonlySet<number>): Reply | string {
  if (what === "dismiss" && !isApproval(question)) return { type: "dismiss" };
  if (question.kind === "choice") return toChoice(question, typeof what === "number" ? [what] : [...chosen]);
  if (question.kind === "text") return "This button no longer works.";
  if (what === "deny") return { type: "deny" };
  if (what === "allow") return { type: "allow", scope: "once" };
  if (what === "session" && question.canAllowSession) return { type: "allow", scope: "session" };
  return "This button no longer works.";
}

function toChoice({ options }: Choice, indexes: readonly number[]): Reply | string {
  const values = options.filter((_, index) => indexes.includes(index)).map(({ value }) => value);
  return values.length > 0 ? { type: "choose", values } : "Nothing is chosen.";
}

/**
 * The reply that a text means, or the answer to the person. The name of an option chooses it, and so does its number.
 */
function readReply(question: Question, text: string): Reply | string {
  if (text === "") return "This takes text only.";
  if (question.kind !== "text" && question.kind !== "choice") return { type: "deny", reason: text };
  return readText(question, text) ?? "This takes one of its options: press a button, or reply with its number.";
}
