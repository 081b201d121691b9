import { shorten } from "../domain/cut.ts";
import { visibleLine } from "../domain/visible.ts";
import type { StoredQuestion } from "../store/questions.ts";
import type { Button, Buttons } from "./document.ts";

/** What a button of a card asks for; a number is the index of an option. */
export interface CardPress {
  readonly key: string;
  readonly what: "allow" | "session" | "deny" | "dismiss" | "done" | number;
}

/** In characters; the card itself shows what is longer. */
export const LABEL_LENGTH = 60;
/** Telegram takes a hundred buttons. */
export const MAX_OPTIONS = 90;

/** undefined for data that is no card's. */
export function parseCardPress(data: string): CardPress | undefined {
  const [, key, what] = /^q:([0-9a-f]{16}):(allow|session|deny|dismiss|done|\d{1,2})$/.exec(data) ?? [];
  if (key === undefined || what === undefined) return undefined;
  return { key, what: /^\d/.test(what) ? Number(what) : (what as Exclude<CardPress["what"], number>) };
}

/** The ways to answer a question that is open; no buttons once it is not. `chosen` are the options ticked so far. */
export function cardButtons({ key, question, state }: StoredQuestion, chosen: ReadonlySet<number>): Buttons {
  const button = (label: string, what: CardPress["what"], style?: "danger" | "success"): Button => ({
    label,
    press: `q:${key}:${what}`,
    ...(style && { style }),
  });
  if (state !== "open") return [];
  if (question.kind === "text") return [[button("Dismiss", "dismiss")]];
  if (question.kind !== "choice") {
    const first = [button("Allow", "allow", "success"), button("Deny", "deny", "danger")];
    return [first, ...(question.canAllowSession ? [[button("Allow for session", "session")]] : [])];
  }
  const { options, isMultiple } = question;
  const ticked = (index: number) => (isMultiple ? (chosen.has(index) ? "☑ " : "☐ ") : "");
  const rows = options
    .slice(0, MAX_OPTIONS)
    .map(({ label }, index) => [button(ticked(index) + toLabel(label, index), index)]);
  const last = [...(isMultiple ? [button("Done", "done", "success")] : []), button("Dismiss", "dismiss")];
  return [...rows, last];
}

function toLabel(label: string, index: number): string {
  return shorten(visibleLine(label), LABEL_LENGTH) || String(index + 1);
}
