const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
/** More than any character that people use has; a longer one may be parted. In UTF-16 units. */
const LONGEST_GRAPHEME = 100;
/** A cut at a better place is taken if it leaves at least this much. */
const LEAST_FILL = 0.5;
/** Where a sentence ends in scripts without spaces. */
const SENTENCE_END = /[。！？…；．｡]["'”’」』）]*/g;

/**
 * The last place up to `position` where a text can be cut without parting what people see as one character: an emoji
 * with its skin tone, a flag, a letter with its marks.
 */
export function wholeBefore(text: string, position: number): number {
  if (position >= text.length) return text.length;
  const from = wholePair(text, Math.max(0, position - LONGEST_GRAPHEME));
  const window = text.slice(from, position + LONGEST_GRAPHEME);
  const found = graphemes.segment(window).containing(position - from);
  if (!found || found.segment.length > LONGEST_GRAPHEME) return wholePair(text, position);
  return from + found.index;
}

/** The same for a place that is as late as possible: at `position` or behind it. */
function wholeAfter(text: string, position: number): number {
  if (wholeBefore(text, position) === position) return position;
  const window = text.slice(wholeBefore(text, position), position + LONGEST_GRAPHEME);
  const [first] = graphemes.segment(window);
  return wholeBefore(text, position) + (first?.segment.length ?? 0);
}

const wholePair = (text: string, position: number): number =>
  position > 0 && (text.codePointAt(position - 1) ?? 0) > 0xffff ? position - 1 : position;

/** What people see as the first character of a text; "" if it has none. */
export function firstCharacter(text: string): string {
  const [first] = graphemes.segment(text.slice(0, LONGEST_GRAPHEME));
  return first?.segment ?? "";
}

/** Where a line is best cut up to `position`: behind a word, else behind a sentence, else between characters. */
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

/** The same of a text on one line, cut behind a word if one ends in its second half. */
export function shortenLine(text: string, limit: number): string {
  const line = oneLine(text);
  return line.length <= limit ? line : `${line.slice(0, breakBefore(line, limit - 1, limit * LEAST_FILL))}…`;
}

/** The end of a text: of a path, it says more than the beginning. */
export const shortenStart = (text: string, limit: number): string =>
  text.length <= limit ? text : `…${endOf(text, limit - 1)}`;

export const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();
