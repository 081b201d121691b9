import { type Block, type Inline, type List, type ListItem, type Pre, textOf } from "../../chat/markdown/tree.ts";
import { assertNever } from "../../domain/events.ts";
import { atFileNames } from "./file-names.ts";
import type { Formatted } from "./formatted.ts";
import { dateTimeOf } from "./moment.ts";
import { layTable } from "./text-table.ts";
import { type Style, TextWriter } from "./text-writer.ts";

const RULE = "⎯".repeat(10);
const BOLD = { type: "bold" } as const;

interface TextOptions {
  /** Writes each link's target after its text, for messages without entities. */
  readonly showsTargets?: boolean;
}

/** Blocks as text with entities: what every client can show. */
export function emitText(blocks: readonly Block[], options: TextOptions = {}): Formatted {
  const emitter = new TextEmitter(options);
  emitter.blocks(blocks, 2);
  return emitter.writer.finish();
}

class TextEmitter {
  readonly writer = new TextWriter();
  readonly #options: TextOptions;
  #isQuoted = false;

  constructor(options: TextOptions) {
    this.#options = options;
  }

  /** `lines`: 1 for blocks on adjacent lines, 2 for blank lines between them. */
  blocks(blocks: readonly Block[], lines: number): void {
    for (const [index, block] of blocks.entries()) {
      if (index > 0) this.writer.gap(lines);
      this.#block(block);
    }
  }

  #block(block: Block): void {
    switch (block.type) {
      case "paragraph":
        this.#inlines(block.children, []);
        return;
      case "heading":
        this.#inlines(block.children, [BOLD]);
        return;
      case "pre":
        this.#pre(block);
        return;
      case "math":
        this.#pre({ text: block.text, language: "latex" });
        return;
      case "quote":
        this.#quote(block);
        return;
      case "list":
        this.#list(block);
        return;
      case "table":
        this.#pre({ text: layTable(block) });
        return;
      case "rule":
        this.writer.write(RULE);
        return;
      default:
        assertNever(block);
    }
  }

  #pre({ text, language, isFolded, title }: Omit<Pre, "type">): void {
    const code = text.replace(/\s+$/, "").replace(/^(?:[ \t]*\n)+/, "");
    if (code === "") return;
    if (!this.writer.isAtLineStart) this.writer.gap(1);
    if (isFolded) {
      if (title !== undefined) this.writer.write(`${title}\n`);
      this.writer.writeRaw(code, { type: "expandable_blockquote" }, { type: "code" });
      return;
    }
    const name = language === undefined ? undefined : /^[\w+#.-]{1,30}/.exec(language)?.[0];
    this.writer.writeRaw(code, { type: "pre", ...(name === undefined ? {} : { language: name }) });
  }

  /** Telegram's quotations do not nest: an inner one is marked in the text. */
  #quote({ blocks, isFolded }: Omit<Extract<Block, { type: "quote" }>, "type">): void {
    if (!this.writer.isAtLineStart) this.writer.gap(1);
    if (this.#isQuoted) {
      this.writer.indented("> ", () => this.blocks(blocks, 2));
    } else {
      this.#isQuoted = true;
      this.writer.quoted(() => this.blocks(blocks, 2), isFolded);
      this.#isQuoted = false;
    }
  }

  #list({ start, isLoose, items }: List): void {
    for (const [index, item] of items.entries()) {
      if (index > 0) this.writer.gap(isLoose ? 2 : 1);
      const number = start === undefined ? undefined : start + index;
      const marker = markerOf(item, number);
      this.writer.write(marker);
      this.writer.indented(" ".repeat(number === undefined ? 2 : marker.length), () => this.blocks(item.blocks, 1));
    }
  }

  #inlines(nodes: readonly Inline[], styles: readonly Style[]): void {
    for (const node of nodes) this.#inline(node, styles);
  }

  /** Names of files are code, unless a link leads elsewhere from them: Telegram makes no links in either. */
  #text(text: string, styles: readonly Style[]): void {
    for (const piece of atFileNames(text)) this.writer.write(piece.text, piece.isFile ? codeStyles(styles) : styles);
  }

  #inline(node: Inline, styles: readonly Style[]): void {
    switch (node.type) {
      case "text":
        this.#text(node.text, styles);
        return;
      case "break":
        this.writer.write("\n", styles);
        return;
      case "code":
      case "math":
        this.writer.write(node.text, codeStyles(styles));
        return;
      case "time":
        this.writer.write(node.text, withStyle(styles, timeStyle(node.at)));
        return;
      case "bold":
      case "italic":
      case "strikethrough":
        this.#inlines(node.children, withStyle(styles, { type: node.type }));
        return;
      case "link":
        this.#link(node, styles);
        return;
      default:
        assertNever(node);
    }
  }

  #link({ url, children }: Extract<Inline, { type: "link" }>, styles: readonly Style[]): void {
    const moment = dateTimeOf(url);
    this.#inlines(children, withStyle(styles, moment ?? { type: "text_link", url }));
    if (this.#options.showsTargets && !moment && textOf(children) !== url) this.writer.write(` (${url})`);
  }
}

/** A server that does not know it refuses it, and the message goes without entities. */
const timeStyle = (at: number): Style => ({
  ...{ type: "date_time", unix_time: Math.floor(at / 1000), date_time_format: "t" },
});

function markerOf({ isChecked }: ListItem, number: number | undefined): string {
  const box = isChecked === undefined ? "" : isChecked ? "☑ " : "☐ ";
  if (number !== undefined) return `${number}. ${box}`;
  return box || "- ";
}

/** Telegram's code takes no other format; inside a link the link stays. */
function codeStyles(styles: readonly Style[]): readonly Style[] {
  const link = styles.filter(({ type }) => type === "text_link");
  return link.length > 0 ? link : [{ type: "code" }];
}

const withStyle = (styles: readonly Style[], style: Style): readonly Style[] =>
  styles.some(({ type }) => type === style.type) ? styles : [...styles, style];
