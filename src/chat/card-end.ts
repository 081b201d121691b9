import { shorten } from "../domain/cut.ts";
import type { Question } from "../domain/question.ts";
import { visibleLine } from "../domain/visible.ts";
import type { StoredQuestion } from "../store/questions.ts";
import { type Block, lines, paragraph, plain, text, timeOfDay } from "./markdown/tree.ts";

const REASON_LENGTH = 300;
const NAME_LENGTH = 64;

/** Whether its run was cut off while it was open, and nobody has said yet what is to become of that. */
export const isCutOff = ({ state, decidedBy }: Pick<StoredQuestion, "state" | "decidedBy">): boolean =>
  state === "expired" && decidedBy === null;

/** Why a question takes no answer any more; undefined if it takes one. */
export function closedText(stored: StoredQuestion): string | undefined {
  const { state, decidedBy, userName } = stored;
  if (state === "open") return undefined;
  if (state === "withdrawn") return "This is not asked any more.";
  if (isCutOff(stored)) return "takopi was restarted while this question was open.";
  if (decidedBy === "user") return `Already answered by ${nameOf(userName)}.`;
  return decidedBy === "policy" ? "Already answered by the rules in the config." : "Expired: nobody answered in time.";
}

/** The last lines of a card: how to answer, or what was answered and by whom. */
export function endOf(stored: StoredQuestion): Block[] {
  const { problem } = stored;
  const isOpen = stored.state === "open";
  const failure =
    problem === null
      ? []
      : [plain(`✗ ${short(problem, REASON_LENGTH)}${isOpen && !/try again/i.test(problem) ? " Try again." : ""}`)];
  const hint = hintOf(stored.question);
  return [...failure, ...(isOpen ? (hint === undefined ? [] : [plain(hint)]) : [resultOf(stored)])];
}

/** Allow and deny need no words. */
function hintOf(question: Question): string | undefined {
  switch (question.kind) {
    case "text":
      return question.isSecret
        ? "Reply to this message with the answer. It is not kept here; delete your message afterwards."
        : "Reply to this message with the answer.";
    case "choice": {
      const how = question.isMultiple ? "Press all that apply, then Done" : "Press one";
      return `${how}, or reply with ${question.isMultiple ? "their numbers" : "its number"}${question.isOpen ? " or an answer of your own" : ""}.`;
    }
    default:
      return undefined;
  }
}

function resultOf(stored: StoredQuestion): Block {
  const { state, decidedBy, userName, closedAt } = stored;
  if (state === "withdrawn") return plain("No longer asked.");
  if (isCutOff(stored)) return plain("takopi was restarted while this question was open.");
  const verdict = verdictOf(stored);
  if (decidedBy === "time") return plain(`✗ ${verdict}: nobody answered in time (limits.approval_minutes).`);
  const said = stored.reason ?? stored.answer;
  const who = decidedBy === "policy" ? "the rules in the config" : nameOf(userName);
  const head = [text(`${signOf(stored)} ${verdict} by ${who} · `), timeOfDay(closedAt ?? 0)];
  return said === null ? paragraph(...head) : lines([head, [text(short(said, REASON_LENGTH))]]);
}

/** `✓ Allowed`: what was answered, for a button that does nothing; undefined if nobody has answered. */
export const verdictLabel = (stored: StoredQuestion): string | undefined =>
  stored.state === "open" || stored.state === "withdrawn" || isCutOff(stored)
    ? undefined
    : `${verdictOf(stored)} ${signOf(stored)}`;

const signOf = ({ reply }: StoredQuestion) => (reply === "deny" || reply === "dismiss" ? "✗" : "✓");

function verdictOf({ reply, scope, state, decidedBy }: StoredQuestion): string {
  if (state === "expired" && decidedBy === "user") return reply === "dismiss" ? "Left" : "Resumed";
  if (reply === "allow") return scope === "session" ? "Allowed for the session" : "Allowed";
  if (reply === "deny") return "Denied";
  return reply === "dismiss" ? "Dismissed" : "Answered";
}

const nameOf = (name: string | null) => short(name ?? "somebody", NAME_LENGTH);

/** Words of an engine, or a person's name: these can neither hide anything nor begin a line. */
const short = (value: string, limit: number): string => shorten(visibleLine(value), limit);
