import type { MessageEntity } from "grammy/types";
import { clean } from "../../chat/markdown/clean.ts";
import type { Formatted } from "./formatted.ts";

export type Style =
  | { readonly type: "bold" | "italic" | "strikethrough" | "code" | "blockquote" | "expandable_blockquote" }
  | { readonly type: "pre"; readonly language?: string }
  | { readonly type: "text_link"; readonly url: string }
  | Omit<MessageEntity.DateTimeMessageEntity, "offset" | "length">;

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
  readonly #pieces: string[] = [];
  #length = 0;
  /** Line ends at the end of what is written. */
  #lineEnds = 0;
  #gap = 0;
  #indent = "";
  /** Where the indentation of the current line begins and ends. */
  #margin = { start: 0, end: 0 };
  readonly #spans: Span[] = [];
  readonly #latest = new Map<Style, Span>();

  get isAtLineStart(): boolean {
    return this.#length === 0 || this.#gap > 0 || this.#lineEnds > 0;
  }

  /** Asks for line ends before whatever is written next; at the very beginning there are none. */
  gap(lines: number): void {
    if (this.#length > 0) this.#gap = Math.max(this.#gap, lines);
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
  writeRaw(text: string, ...styles: readonly Style[]): void {
    this.#closeGap();
    this.#put(clean(text), styles);
  }

  /** Writes indented lines; the current line continues. */
  indented(indent: string, write: () => void): void {
    const before = this.#indent;
    this.#indent += indent;
    write();
    this.#indent = before;
  }

  /** Everything that `write` writes is one quotation. */
  quoted(write: () => void, isFolded = false): void {
    this.#closeGap();
    const span: Span = {
      style: { type: isFolded ? "expandable_blockquote" : "blockquote" },
      start: this.#length,
      end: this.#length,
    };
    this.#spans.push(span);
    write();
    span.end = this.#length;
  }

  finish(): Formatted {
    const text = this.#pieces.join("").trimEnd();
    const entities = this.#spans.flatMap((span) => toEntity(text, span) ?? []);
    return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) };
  }

  #startLine(): void {
    const isNew = this.isAtLineStart;
    this.#closeGap();
    if (!isNew) return;
    const start = this.#length;
    this.#put(this.#indent, []);
    this.#margin = { start, end: this.#length };
  }

  #closeGap(): void {
    for (let missing = this.#gap - this.#lineEnds; missing > 0; missing--) this.#put("\n", []);
    this.#gap = 0;
  }

  #put(text: string, styles: readonly Style[]): void {
    if (text === "" || (text === "\n" && this.#length === 0)) return;
    const start = this.#length;
    this.#pieces.push(text);
    this.#length += text.length;
    this.#lineEnds = text === "\n" ? this.#lineEnds + 1 : 0;
    for (const style of styles) this.#cover(style, start);
  }

  /** A style that continues, even over an indentation, makes its span longer. */
  #cover(style: Style, start: number): void {
    const from = start === this.#margin.end ? this.#margin.start : start;
    const latest = this.#latest.get(style);
    if (latest && (latest.end === start || latest.end === from)) {
      latest.end = this.#length;
    } else {
      const span = { style, start, end: this.#length };
      this.#spans.push(span);
      this.#latest.set(style, span);
    }
  }
}

function toEntity(text: string, { style, start, end }: Span): MessageEntity | undefined {
  const covered = text.slice(start, end);
  const offset =
    style.type === "pre" || style.type === "expandable_blockquote"
      ? start
      : start + (covered.length - covered.trimStart().length);
  const length = start + covered.trimEnd().length - offset;
  return length > 0 ? { ...style, offset, length } : undefined;
}
