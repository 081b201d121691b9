import { whenNeeded } from "./when-needed.ts";

const graphemes = whenNeeded(() => new Intl.Segmenter("en", { granularity: "grapheme" }));
/** In UTF-16 units. No character that people use is longer; a longer one may be split. */
const LONGEST_GRAPHEME = 100;
/** A better place to cut is taken if at least this much stays. */
const LEAST_FILL = 0.5;
/** The ends of sentences in scripts without spaces. */
const SENTENCE_END = /[。！？…；．｡]["'”’」』）]*/g;

/**
 * The last place up to `position` that splits no character as people see it: an emoji with its skin tone, a flag, a
 * letter with its marks.
 */
export function wholeBefore(text: string, position: number): number {
  if (position >= text.length) return text.length;
  if (isPlain(text.charCodeAt(position - 1)) && isPlain(text.charCodeAt(position))) return position;
  const from = wholePair(text, Math.max(0, position - LONGEST_GRAPHEME));
  const window = text.slice(from, position + LONGEST_GRAPHEME);
  const found = graphemes()
    .segment(window)
    .containing(position - from);
  if (!found || found.segment.length > LONGEST_GRAPHEME) return wholePair(text, position);
  return from + found.index;
}

/** ASCII that no other ASCII character joins. The segmenter took a quarter of the time that codex's output takes. */
const isPlain = (unit: number): boolean => unit >= 0x20 && unit < 0x7f;

/** The first such place at or after `position`. */
function wholeAfter(text: string, position: number): number {
  if (wholeBefore(text, position) === position) return position;
  const window = text.slice(wholeBefore(text, position), position + LONGEST_GRAPHEME);
  const [first] = graphemes().segment(window);
  return wholeBefore(text, position) + (first?.segment.length ?? 0);
}

const wholePair = (text: string, position: number): number =>
  position > 0 && (text.codePointAt(position - 1) ?? 0) > 0xffff ? position - 1 : position;

/** The first character of a text as people see it; "" if there is none. */
export function firstCharacter(text: string): string {
  const [first] = graphemes().segment(text.slice(0, LONGEST_GRAPHEME));
  return first?.segment ?? "";
}

/** The best place to cut a line up to `position`: after a word, else after a sentence, else between characters. */
export function breakBefore(text: string, position: number, least: number): number {
  const space = text.lastIndexOf(" ", position);
  if (space >= least) return space;
  const ends = [...text.slice(0, position).matchAll(SENTENCE_END)].map(({ 0: sign, index }) => index + sign.length);
  const end = ends.at(-1) ?? 0;
  return end >= least ? end : wholeBefore(text, position);
}

/** The first `limit` UTF-16 units of a text, or a few less. */
export const beginningOf = (text: string, limit: number): string => text.slice(0, wholeBefore(text, limit));

/** The last `limit` UTF-16 units of a text, or a few less. */
export const endOf = (text: string, limit: number): string =>
  text.length <= limit ? text : text.slice(wholeAfter(text, text.length - limit));

/** At most `limit` UTF-16 units of a text, with a sign if something was cut off. */
export const shorten = (text: string, limit: number): string =>
  text.length <= limit ? text : `${beginningOf(text, limit - 1)}…`;

/** The same on one line, cut after a word if one ends in the second half. */
export function shortenLine(text: string, limit: number): string {
  const line = oneLine(text);
  return line.length <= limit ? line : `${line.slice(0, breakBefore(line, limit - 1, limit * LEAST_FILL))}…`;
}

/** The end of a text. The end of a path says more than its beginning. */
export const shortenStart = (text: string, limit: number): string =>
  text.length <= limit ? text : `…${endOf(text, limit - 1)}`;

export const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();
