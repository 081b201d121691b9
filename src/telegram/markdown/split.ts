import { breakBefore, wholeBefore } from "../../domain/cut.ts";
import { type Formatted, slice } from "./formatted.ts";

/** A break at a better place is taken when the part before it fills at least this much. */
const LEAST_FILL = 0.3;

/**
 * Cuts a text into pieces of at most `limit` UTF-16 units: between paragraphs, else between lines, words, or sentences
 * without spaces, else between characters. A cut format, code blocks included, continues in the next piece. Only the
 * space at the cuts is lost.
 */
export function split(whole: Formatted, limit: number): Formatted[] {
  const pieces: Formatted[] = [];
  let start = 0;
  while (whole.text.length - start > limit) {
    const end = findCut(whole, start, limit);
    pieces.push(trimEnd(whole, start, end));
    start = afterSpace(whole.text, end);
  }
  pieces.push(trimEnd(whole, start, whole.text.length));
  return pieces.filter(({ text }) => text.trim() !== "");
}

/** The beginning of a text, with a sign if something was cut off. */
export function trimTo(whole: Formatted, limit: number): Formatted {
  if (whole.text.length <= limit) return whole;
  const { text, entities } = trimEnd(whole, 0, wholeBefore(whole.text, limit - 1));
  return { text: `${text}…`, entities };
}

function findCut(whole: Formatted, start: number, limit: number): number {
  const window = whole.text.slice(start, start + limit + 1);
  const least = limit * LEAST_FILL;
  for (const cut of [paragraphCut(whole, start, window), window.lastIndexOf("\n")]) {
    if (cut >= least) return start + cut;
  }
  const end = breakBefore(whole.text.slice(start, start + 2 * limit), limit, least);
  return start + (end || limit);
}

/** Where the next piece begins; the indentation of a line is not space between pieces. */
function afterSpace(text: string, cut: number): number {
  let start = text[cut] === " " ? cut + 1 : cut;
  while (text[start] === "\n") start++;
  return start;
}

/** The last blank line of the window that is not within a code block. */
function paragraphCut({ entities }: Formatted, start: number, window: string): number {
  const blocks = entities.filter(({ type }) => type === "pre");
  let cut = window.lastIndexOf("\n\n");
  while (cut > 0) {
    const at = start + cut;
    const block = blocks.find(({ offset, length }) => offset <= at && at < offset + length);
    if (!block) return cut;
    cut = window.lastIndexOf("\n\n", block.offset - start - 1);
    if (block.offset <= start) return -1;
  }
  return cut;
}

function trimEnd(whole: Formatted, start: number, end: number): Formatted {
  return slice(whole, start, start + whole.text.slice(start, end).trimEnd().length);
}
