/** In characters: a longer text fits no messages anyway. */
const LENGTH = 100_000;
/** Quotes and lists opened by one line. */
const CONTAINERS = 16;
/** In columns before a list's or quote's mark. */
const INDENTATION = 100;
/** Between two blank lines, list items or table rows. */
const MARKS = 600;
/** The same within a fence, where marks cost nothing, unless the parser sees no fence there. */
const FENCED_MARKS = 5000;

const CONTAINER = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t])))+/;
const NEW_BLOCK = /^\s*(?:$|\||(?:[-+*]|\d{1,9}[.)])\s)/;
/** Costs as little as one mark, whatever is in it. */
const CODE_SPAN = /(?<!`)(`{1,3})(?!`)[^`]*\1(?!`)/g;
const RULE = /^[ \t*-]{1,200}$/;

/**
 * Whether the parser would take more than a moment, or nest without bounds: its time grows with the square of the
 * depth of quotes and lists, and of the number of marks in one paragraph.
 */
export function isTangled(source: string): boolean {
  if (source.length > LENGTH) return true;
  let fence: string | undefined;
  let marks = 0;
  for (const line of source.split("\n")) {
    const edge = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined) fence = edge;
    else if (edge?.startsWith(fence)) fence = undefined;
    if (NEW_BLOCK.test(line)) marks = 0;
    marks += line.replace(CODE_SPAN, "`").match(/[*_~`[\]<!$\\]/g)?.length ?? 0;
    if (marks > (fence === undefined ? MARKS : FENCED_MARKS) || isDeep(line)) return true;
  }
  return false;
}

function isDeep(line: string): boolean {
  const containers = CONTAINER.exec(line)?.[0];
  if (containers === undefined || RULE.test(line)) return false;
  const count = containers.match(/[>*+-]|\d[.)]/g)?.length ?? 0;
  return count > CONTAINERS || containers.search(/\S/) > INDENTATION;
}
