import type { Nodes, Root } from "mdast";
import type {} from "mdast-util-math";

/**
 * Whether dollar signs that are prices or shell variables were read as formulas. A formula in single dollars has no
 * space inside its dollars and no letter or digit outside of them.
 */
export function hasFalseMath(root: Root, source: string): boolean {
  const waiting: Nodes[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === "inlineMath" && !isFormula(source, node.position?.start.offset, node.position?.end.offset)) {
      return true;
    }
    if ("children" in node) waiting.push(...node.children);
  }
  return false;
}

function isFormula(source: string, start = 0, end = 0): boolean {
  if (source.startsWith("$$", start)) return true;
  const around = (source[start - 1] ?? " ") + (source[end] ?? " ");
  return !/[\p{L}\d]/u.test(around) && /^\$[^\s$](?:[^\n]*[^\s$])?\$$/.test(source.slice(start, end));
}
