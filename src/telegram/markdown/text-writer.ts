import type { MessageEntity } from "grammy/types";
import { clean } from "./clean.ts";
import type { Formatted } from "./formatted.ts";

export type Style =
  | { readonly type: "bold" | "italic" | "strikethrough" | "code" | "blockquote" }
  | { readonly type: "pre"; readonly language?: string }
  | { readonly type: "text_link"; readonly url: string };

interface Span {
  readonly style: Style;
  readonly start: number;
  end: number;
}

/**
 * Puts a text and its entities together. Entities of one kind never cross: each covers what was written under one
 * style, without the space around it, and `code` lies within nothing but a quotation.
 */
export class TextWriter {
  #text = "";
  #indent = "";
  #gap = 0;
  readonly #spans: Span[] = [];
  readonly #latest = new Map<Style, Span>();

  get isAtLineStart(): boolean {
    return this.#text === "" || this.#gap > 0 || this.#text.endsWith("\n");
  }

  /** Asks for line ends before whatever is written next; at the very beginning there are none. */
  gap(lines: number): void {
    if (this.#text !== "") this.#gap = Math.max(this.#gap, lines);
  }

  /** Writes lines under the indentation, in these styles. */
  write(text: string, styles: readonly Style[] = []): void {
    for (const [index, line] of clean(text).split("\n").entries()) {
      if (index > 0) this.#put("\n", styles);
      if (line === "") continue;
      this.#startLine();
      this.#put(line, styles);
    }
  }

  /** Writes text exactly as it is, at the margin. */
  writeRaw(text: string, style: Style): void {
    this.#closeGap();
    this.#put(clean(text), [style]);
  }

  /** Writes lines that begin further in; the current one goes on. */
  indented(indent: string, write: () => void): void {
    const before = this.#indent;
    this.#indent += indent;
    write();
    this.#indent = before;
  }

  /** Everything that `write` writes is one quotation. */
  quoted(write: () => void): void {
    this.#closeGap();
    const span = { style: { type: "blockquote" } as const, start: this.#text.length, end: 0 };
    this.#spans.push(span);
    write();
    span.end = this.#text.length;
  }

  finish(): Formatted {
    const text = this.#text.trimEnd();
    const entities = this.#spans.flatMap((span) => toEntity(text, span) ?? []);
    return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) };
  }

  #startLine(): void {
    const isNew = this.isAtLineStart;
    this.#closeGap();
    if (isNew) this.#text += this.#indent;
  }

  #closeGap(): void {
    let present = 0;
    while (this.#text.at(-1 - present) === "\n") present++;
    this.#text += "\n".repeat(Math.max(0, this.#gap - present));
    this.#gap = 0;
  }

  #put(text: string, styles: readonly Style[]): void {
    const start = this.#text.length;
    this.#text += text;
    for (const style of styles) {
      const latest = this.#latest.get(style);
      if (latest && /^[ ]*$/.test(this.#text.slice(latest.end, start))) {
        latest.end = this.#text.length;
      } else {
        const span = { style, start, end: this.#text.length };
        this.#spans.push(span);
        this.#latest.set(style, span);
      }
    }
  }
}

function toEntity(text: string, { style, start, end }: Span): MessageEntity | undefined {
  const covered = text.slice(start, end);
  const offset = style.type === "pre" ? start : start + (covered.length - covered.trimStart().length);
  const length = start + covered.trimEnd().length - offset;
  return length > 0 ? { ...style, offset, length } : undefined;
}
