import type { Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { mathFromMarkdown } from "mdast-util-math";
import { gfmStrikethroughCjkFriendly } from "micromark-extension-cjk-friendly-gfm-strikethrough";
import { gfm } from "micromark-extension-gfm";
import { math } from "micromark-extension-llm-math";
import { toBlocks } from "./convert.ts";
import { emphasis } from "./emphasis.ts";
import { setFencesApart } from "./fences.ts";
import { falseMarks } from "./formulas.ts";
import { readLoosely } from "./loose.ts";
import { setTangledApart } from "./tangled.ts";
import { type Block, paragraph, plain } from "./tree.ts";

/**
 * Reads GitHub-flavoured Markdown with formulas. A paragraph that would keep the parser busy for long is read loosely; a
 * text that is nested beyond what anybody reads is plain text as a whole.
 */
export function parseMarkdown(given: string): readonly Block[] {
  const stretches = setTangledApart(setFencesApart(given));
  if (!stretches) return [plain(given)];
  return stretches.flatMap(({ text, isTangled }) =>
    isTangled ? [paragraph(...readLoosely(text.trim()))] : parseStretch(text),
  );
}

function parseStretch(source: string): readonly Block[] {
  const root = parse(source, { dollars: true, brackets: true });
  const { dollars, brackets } = falseMarks(root, source);
  return toBlocks(dollars || brackets ? parse(source, { dollars: !dollars, brackets: !brackets }) : root);
}

/** One tilde stands for "to" or "about": `3~5 days and 10~15 files`. */
const TILDES = { singleTilde: false };

/** Marks of formulas, besides two dollars. */
interface FormulaMarks {
  readonly dollars: boolean;
  readonly brackets: boolean;
}

function parse(source: string, marks: FormulaMarks): Root {
  const read = (formulas: readonly ReturnType<typeof math>[]) =>
    fromMarkdown(source, {
      extensions: [gfm(TILDES), emphasis(), gfmStrikethroughCjkFriendly(TILDES), ...formulas],
      mdastExtensions: [...gfmExtensions, mathFromMarkdown()],
    });
  try {
    return read([formulas(marks)]);
  } catch {
    // micromark-extension-llm-math 3.1 throws on a formula that the end of the text leaves open, as after `\[` and a line end.
    return read([]);
  }
}

const BACKSLASH = 92;

function formulas({ dollars, brackets }: FormulaMarks): ReturnType<typeof math> {
  const { flow, text } = math({ singleDollarTextMath: dollars });
  return brackets ? { flow, text } : { flow: { ...flow, [BACKSLASH]: [] }, text: { ...text, [BACKSLASH]: [] } };
}

/** Its transforms look for addresses once more, by recursion through the whole tree; Telegram finds these by itself. */
const gfmExtensions = gfmFromMarkdown().map(({ transforms, ...extension }) => extension);
