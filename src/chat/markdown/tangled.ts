/** In characters: a longer text fits no messages anyway. */
const LENGTH = 100_000;
/** Quotes and lists opened by one line. */
const CONTAINERS = 16;
/** In columns before a list's or quote's mark. */
const INDENTATION = 100;
/** Between two blank lines, list items or table rows. */
const MARKS = 600;
/** The same within a fence, whose marks cost nothing, unless the parser sees no fence there. */
const FENCED_MARKS = 5000;

const CONTAINER = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t])))+/;
const NEW_BLOCK = /^\s*(?:$|\||(?:[-+*]|\d{1,9}[.)])\s)/;
/** Costs as little as one mark, whatever is in it. */
const CODE_SPAN = /(?<!`)(`{1,3})(?!`)[^`]*\1(?!`)/g;
const RULE = /^[ \t*-]{1,200}$/;

/** A stretch of lines; what is tangled is one paragraph. */
interface Stretch {
  readonly text: string;
  readonly isTangled: boolean;
}

/**
 * Sets apart the paragraphs that would keep the parser for more than a moment: its time grows with the square of the
 * depth of quotes and lists, and of the number of marks in one paragraph. Undefined if the text is beyond that.
 */
export function setTangledApart(source: string): readonly Stretch[] | undefined {
  if (source.length > LENGTH) return undefined;
  let fence: string | undefined;
  let marks = 0;
  const blocks: { readonly lines: string[]; isTangled: boolean }[] = [];
  for (const line of source.split("\n")) {
    fence = fenceAfter(line, fence);
    if (NEW_BLOCK.test(line) || blocks.length === 0) {
      marks = 0;
      blocks.push({ lines: [], isTangled: false });
    }
    marks += line.replace(CODE_SPAN, "`").match(/[*_~`[\]<!$\\]/g)?.length ?? 0;
    if (isDeep(line) || (fence !== undefined && marks > FENCED_MARKS)) return undefined;
    const block = blocks.at(-1);
    block?.lines.push(line);
    if (block && fence === undefined && marks > MARKS) block.isTangled = true;
  }
  return join(blocks);
}

/** The marks of the open fence after a line. */
function fenceAfter(line: string, fence: string | undefined): string | undefined {
  const edge = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
  if (fence === undefined) return edge;
  return edge?.startsWith(fence) ? undefined : fence;
}

/** Blocks that need no separation stay together: a list is more than its items. */
function join(blocks: readonly { readonly lines: readonly string[]; readonly isTangled: boolean }[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { lines, isTangled } of blocks) {
    const before = stretches.at(-1);
    const text = lines.join("\n");
    if (before && !before.isTangled && !isTangled) {
      stretches[stretches.length - 1] = { text: `${before.text}\n${text}`, isTangled };
    } else stretches.push({ text, isTangled });
  }
  return stretches;
}

function isDeep(line: string): boolean {
  const containers = CONTAINER.exec(line)?.[0];
  if (containers === undefined || RULE.test(line)) return false;
  const count = containers.match(/[>*+-]|\d[.)]/g)?.length ?? 0;
  return count > CONTAINERS || containers.search(/\S/) > INDENTATION;
}
