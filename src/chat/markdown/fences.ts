const OPENING = /^(\s*)(?:(?:[-+*>]|\d{1,9}[.)])\s+)*(`{3,}|~{3,})(?!.*`)/;

/**
 * Puts a blank line before each fence that stands four columns or more in and right below a text. CommonMark reads it
 * as more of that text, and the lines of the code as one; so set apart, it is code that holds a fence.
 */
export function setFencesApart(source: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of source.split("\n")) {
    const [, indent = "", edge] = OPENING.exec(line) ?? [];
    if (fence !== undefined) {
      if (line.trim().startsWith(fence) && /^[\s`~]*$/.test(line)) fence = undefined;
    } else if (edge !== undefined) {
      fence = edge;
      if (indent.length >= 4 && lines.at(-1)?.trim()) lines.push("");
    }
    lines.push(line);
  }
  return lines.join("\n");
}

/** The code within a fence that was indented so far that the fence itself is read as code. */
export function unfence(code: string): { readonly text: string; readonly language?: string } {
  const [opening = "", ...rest] = code.split("\n");
  const [, fence, language] = /^(`{3,}|~{3,})[ \t]*([^`\s]*)[^`]*$/.exec(opening) ?? [];
  if (fence === undefined) return { text: code };
  const end = rest.findIndex((line) => line.trim() === fence);
  if (end >= 0 && end < rest.length - 1) return { text: code };
  return { text: (end < 0 ? rest : rest.slice(0, end)).join("\n"), ...(language ? { language } : {}) };
}
