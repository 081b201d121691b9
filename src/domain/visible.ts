import { whenNeeded } from "./when-needed.ts";

/** Characters that look like nothing, like a space or like another order, and those that begin a line. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;
/** Parts of an emoji, which are seen as the emoji. */
const EMOJI_PATTERN = "\\p{RGI_Emoji}";
/** 36 ms (Node 20.20). */
const emojiParts = whenNeeded(() => new RegExp(EMOJI_PATTERN, "gv"));

/**
 * A text of somebody else's on one line, in which nothing is hidden: line ends are `⏎`, and characters that cannot be
 * seen or that reorder what is read are shown by their number.
 */
export const visibleLine = (text: string): string =>
  mark(text.replace(/\r\n?|[\n\u0085\u2028\u2029]/g, "\n").replace(/^[ \t\n]+|[ \t\n]+$/g, ""), (sign) =>
    sign === "\t" ? " " : nameOf(sign),
  )
    .replaceAll("\n", " ⏎ ")
    .replace(/ {2,}/g, " ");

/** The same of a text in a block of its own, whose lines stay lines. */
export const visibleBlock = (text: string): string =>
  mark(text.replace(/\r\n?/g, "\n"), (sign) => (sign === "\t" ? sign : nameOf(sign)));

function mark(text: string, show: (sign: string) => string): string {
  let at = 0;
  let marked = "";
  const plain = (part: string) => part.replace(HIDDEN, (sign) => (sign === "\n" ? sign : show(sign)));
  if (/^[ -~\n]*$/.test(text)) return text;
  for (const { 0: emoji, index } of text.matchAll(emojiParts())) {
    marked += plain(text.slice(at, index)) + emoji;
    at = index + emoji.length;
  }
  return marked + plain(text.slice(at));
}

const nameOf = (sign: string): string =>
  `⟨U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
