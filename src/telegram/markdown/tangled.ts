/** In characters: an answer this long does not fit the messages that show one. */
const LENGTH = 120_000;
const CONTAINERS = 24;
const INDENTATION = 80;
const MARKS_IN_BLOCK = 1500;

const CONTAINER = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t])))+/;
const FENCE = /^\s*(?:`{3,}|~{3,})/;

/**
 * Whether the parser would take more than a moment, or nest without bounds: it is quadratic in the depth of quotes and
 * lists, and in the number of marks in one paragraph.
 */
export function isTangled(source: string): boolean {
  if (source.length > LENGTH) return true;
  let isFenced = false;
  let marks = 0;
  for (const line of source.split("\n")) {
    if (FENCE.test(line)) isFenced = !isFenced;
    if (line.trim() === "" || line.startsWith("|")) marks = 0;
    marks += countMarks(line);
    if (marks > MARKS_IN_BLOCK) return true;
    if (!isFenced && isDeep(line)) return true;
  }
  return false;
}

function isDeep(line: string): boolean {
  const containers = CONTAINER.exec(line)?.[0];
  if (containers === undefined) return false;
  return containers.search(/\S/) > INDENTATION || (containers.match(/\S+/g)?.join("").length ?? 0) > CONTAINERS * 3;
}

const countMarks = (line: string) => line.match(/[*_~`[\]<!$]/g)?.length ?? 0;
