import { shorten } from "../domain/cut.ts";
import { visibleLine } from "../domain/visible.ts";
import type { StoredQuestion } from "../store/questions.ts";
import { isCutOff, verdictLabel } from "./card-end.ts";
import type { Button, Buttons } from "./document.ts";

/** The request of a card's button; a number is the index of an option. */
export interface CardPress {
  readonly key: string;
  readonly what: "allow" | "session" | "deny" | "why" | "dismiss" | "done" | "resume" | "leave" | number;
}

/** In characters; the card itself shows what is longer. */
export const LABEL_LENGTH = 60;
/** Telegram takes a hundred buttons. */
export const MAX_OPTIONS = 90;

/** undefined for data that is no card's. */
export function parseCardPress(data: string): CardPress | undefined {
  const [, key, what] =
    /^q:([0-9a-f]{16}):(allow|session|deny|why|dismiss|done|resume|leave|\d{1,2})$/.exec(data) ?? [];
  if (key === undefined || what === undefined) return undefined;
  return { key, what: /^\d/.test(what) ? Number(what) : (what as Exclude<CardPress["what"], number>) };
}

type Style = "danger" | "success";

const buttonOf = (key: string, label: string, what: CardPress["what"], style?: Style): Button => ({
  label,
  press: `q:${key}:${what}`,
  ...(style && { style }),
});

export interface CardState {
  /** The options ticked so far. */
  readonly chosen: ReadonlySet<number>;
  /** Whether the session of its run can be resumed. */
  readonly canResume: boolean;
}

/** The ways to answer a question that is open; what was answered if it is not. */
export function cardButtons(stored: StoredQuestion, { chosen, canResume }: CardState): Buttons {
  const { key, question } = stored;
  const button = (label: string, what: CardPress["what"], style?: Style) => buttonOf(key, label, what, style);
  if (isCutOff(stored)) return canResume ? [[button("Resume", "resume", "success"), button("Leave", "leave")]] : [];
  if (stored.state !== "open") {
    const label = verdictLabel(stored);
    return label === undefined ? [] : [[{ label, said: true }]];
  }
  if (question.kind === "text") return [[button("Dismiss", "dismiss")]];
  if (question.kind !== "choice") {
    const first = [button("Allow", "allow", "success"), button("Deny", "deny", "danger")];
    const session = question.canAllowSession ? [[button("Allow for session", "session")]] : [];
    return [first, ...session, [button("Deny, and say why", "why")]];
  }
  const { options, isMultiple } = question;
  const ticked = (index: number) => (isMultiple ? (chosen.has(index) ? "☑ " : "☐ ") : "");
  const rows = options
    .slice(0, MAX_OPTIONS)
    .map(({ label }, index) => [button(ticked(index) + toLabel(label, index), index)]);
  const last = [...(isMultiple ? [button("Done", "done", "success")] : []), button("Dismiss", "dismiss")];
  return [...rows, last];
}

/** Below the message that asks why. */
export const whyNotButtons = (key: string): Buttons => [[buttonOf(key, "Deny without a reason", "deny", "danger")]];

function toLabel(label: string, index: number): string {
  return shorten(visibleLine(label), LABEL_LENGTH) || String(index + 1);
}
