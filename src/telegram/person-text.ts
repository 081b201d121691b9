interface Entity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string | undefined;
  readonly language?: string | undefined;
}

interface Marks {
  readonly before: string;
  readonly after: string;
}

/** A person's text with what its entities hide: the addresses of links, and the marks of code. */
export function withMarks(text: string, entities: readonly Entity[]): string {
  let marked = text;
  // From back to front, so that the offsets hold.
  for (const entity of entities.toSorted((a, b) => b.offset - a.offset)) {
    const start = entity.offset;
    const end = start + entity.length;
    const marks = marksOf(entity, text.slice(start, end), text[start - 1], text[end]);
    if (!marks) continue;
    marked = `${marked.slice(0, start)}${marks.before}${marked.slice(start, end)}${marks.after}${marked.slice(end)}`;
  }
  return marked;
}

function marksOf(entity: Entity, inner: string, prior: string | undefined, next: string | undefined) {
  const { type, url, language = "" } = entity;
  if (type === "text_link" && url !== undefined && url !== inner) return { before: "", after: ` (${url})` };
  // Clients keep the format of what is copied: a command or resume line in code still is one.
  if (type === "code" && prior !== undefined && prior !== "\n") return codeMarks(inner);
  if (type === "pre") return fence(inner, language, prior, next);
  return undefined;
}

function codeMarks(inner: string): Marks {
  const ticks = "`".repeat(longestRun(inner) + 1);
  const space = ticks.length > 1 ? " " : "";
  return { before: `${ticks}${space}`, after: `${space}${ticks}` };
}

function fence(inner: string, language: string, prior: string | undefined, next: string | undefined): Marks {
  const ticks = "`".repeat(Math.max(3, longestRun(inner) + 1));
  return {
    before: `${prior === undefined || prior === "\n" ? "" : "\n"}${ticks}${language}\n`,
    after: `${inner.endsWith("\n") ? "" : "\n"}${ticks}${next === undefined || next === "\n" ? "" : "\n"}`,
  };
}

const longestRun = (text: string) => Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
