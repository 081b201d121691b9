import type { Nodes, Root } from "mdast";
import type {} from "mdast-util-math";

/** Marks of formulas that were put round something else. */
interface FalseMarks {
  /** Prices or shell variables between single dollars. */
  readonly dollars: boolean;
  /** Escaped brackets, as of a regular expression or of a link that is to be none. */
  readonly brackets: boolean;
}

/**
 * Finds marks that were misread as formulas. A formula in single dollars has no space inside its dollars and no letter
 * or digit outside of them; a formula in `\(` or `\[` ends at its closing bracket, and does not read like words.
 */
export function falseMarks(root: Root, source: string): FalseMarks {
  const found = { dollars: false, brackets: false };
  const waiting: Nodes[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if ("children" in node) waiting.push(...node.children);
    if (node.type !== "inlineMath" && node.type !== "math") continue;
    const start = node.position?.start.offset ?? 0;
    const end = node.position?.end.offset ?? 0;
    if (source[start] === "\\") found.brackets ||= !isBracketed(source.slice(start, end));
    else if (node.type === "inlineMath") found.dollars ||= !isInDollars(source, start, end);
  }
  return found;
}

function isInDollars(source: string, start: number, end: number): boolean {
  if (source.startsWith("$$", start)) return true;
  const around = (source[start - 1] ?? " ") + (source[end] ?? " ");
  return !/[\p{L}\d]/u.test(around) && /^\$[^\s$](?:[^\n]*[^\s$])?\$$/.test(source.slice(start, end));
}

function isBracketed(formula: string): boolean {
  const within = /^\\(?:\(([\s\S]*)\\\)|\[([\s\S]*)\\\])\s*$/.exec(formula);
  const inner = within?.[1] ?? within?.[2] ?? "";
  return inner.trim() !== "" && !/\\[)\]]/.test(inner) && (/[\\^_=<>]/.test(inner) || !/\p{L}{3}/u.test(inner));
}
