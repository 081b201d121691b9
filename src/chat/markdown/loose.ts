import { linkTo } from "./links.ts";
import { code, type Inline, text } from "./tree.ts";

/** In characters, between two marks; so that a mark without its pair is not looked for to the end. */
const PIECE =
  /(?<!`)(?<ticks>`{1,3})(?!`)(?<code>[^`\n]{1,500})\k<ticks>(?!`)|\*\*(?<bold>[^*\n]{1,500})\*\*|(?<![\w*])\*(?<italic>[^*\s][^*\n]{0,500})\*(?![\w*])|~~(?<strikethrough>[^~\n]{1,500})~~|\[(?<label>[^\][\n]{1,500})\]\((?<url>[^\s()]{1,2000})\)|\\(?<escaped>[!-/:-@[-`{-~])/g;
const LINE_START = /^[ \t]*(?:[-+*][ \t]+|#{1,6}[ \t]+)/gm;

/**
 * A paragraph with more marks than the parser can take in a moment: in one pass, without what nests deeper than a
 * format with code or a link in it.
 */
export function readLoosely(source: string, depth = 0): readonly Inline[] {
  const shown = depth === 0 ? source.replace(LINE_START, (start) => (start.includes("#") ? "" : "• ")) : source;
  const nodes: Inline[] = [];
  let end = 0;
  for (const match of shown.matchAll(PIECE)) {
    if (match.index > end) nodes.push(text(shown.slice(end, match.index)));
    nodes.push(...toInline(match.groups ?? {}, depth));
    end = match.index + match[0].length;
  }
  if (end < shown.length) nodes.push(text(shown.slice(end)));
  return nodes;
}

const FORMATS = ["bold", "italic", "strikethrough"] as const;

function toInline(found: Readonly<Record<string, string | undefined>>, depth: number): readonly Inline[] {
  const { code: inCode, escaped, label, url } = found;
  const inner = (source: string) => (depth > 1 ? [text(source)] : readLoosely(source, depth + 1));
  if (inCode !== undefined) return [code(inCode.trim() || inCode)];
  if (escaped !== undefined) return [text(escaped)];
  if (label !== undefined) return linkTo(url ?? "", inner(label));
  return FORMATS.flatMap((type) => {
    const source = found[type];
    return source === undefined ? [] : [{ type, children: inner(source) }];
  });
}
