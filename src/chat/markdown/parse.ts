import type { Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { mathFromMarkdown } from "mdast-util-math";
import { cjkFriendlyExtension } from "micromark-extension-cjk-friendly";
import { gfmStrikethroughCjkFriendly } from "micromark-extension-cjk-friendly-gfm-strikethrough";
import { gfm } from "micromark-extension-gfm";
import { math } from "micromark-extension-math";
import { toBlocks } from "./convert.ts";
import { hasFalseMath } from "./money.ts";
import { isTangled } from "./tangled.ts";
import { type Block, plain } from "./tree.ts";

/**
 * Reads GitHub-flavoured Markdown with formulas. A text that would keep the parser busy for long, nested or marked
 * beyond what anybody reads, is plain text as a whole.
 */
export function parseMarkdown(source: string): readonly Block[] {
  if (isTangled(source)) return [plain(source)];
  const root = parse(source, true);
  return toBlocks(hasFalseMath(root, source) ? parse(source, false) : root);
}

function parse(source: string, singleDollarTextMath: boolean): Root {
  return fromMarkdown(source, {
    extensions: [gfm(), cjkFriendlyExtension(), gfmStrikethroughCjkFriendly(), math({ singleDollarTextMath })],
    mdastExtensions: [...gfmExtensions, mathFromMarkdown()],
  });
}

/** Its transforms look for addresses once more, by recursion through the whole tree; Telegram finds these by itself. */
const gfmExtensions = gfmFromMarkdown().map(({ transforms, ...extension }) => extension);
