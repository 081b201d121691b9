import type { Definition, Table as MdastTable, Nodes, PhrasingContent, Root, RootContent } from "mdast";
import type {} from "mdast-util-math";
import { unfence } from "./fences.ts";
import { linkTo } from "./links.ts";
import { type Block, type Inline, type ListItem, paragraph, text } from "./tree.ts";

/** Deeper nesting is shown as the text in it. */
const MAX_DEPTH = 24;

/** The one HTML tag that models use because Markdown has nothing for it: a line break in the cells of tables. */
const LINE_END = /<br\s*\/?>/i;

/** A parsed document as harmless blocks; see {@link Block}. */
export function toBlocks(root: Root): readonly Block[] {
  return new Converter(root).blocks(root.children, 0);
}

class Converter {
  readonly #definitions = new Map<string, string>();

  constructor(root: Root) {
    for (const node of descendants(root)) {
      if (node.type === "definition") this.#define(node);
    }
  }

  #define({ identifier, url }: Definition): void {
    if (!this.#definitions.has(identifier)) this.#definitions.set(identifier, url);
  }

  blocks(nodes: readonly RootContent[], depth: number): readonly Block[] {
    return nodes.flatMap((node) => this.#block(node, depth));
  }

  #block(node: RootContent, depth: number): readonly Block[] {
    if (depth >= MAX_DEPTH) return [paragraph(text(deepText(node)))];
    switch (node.type) {
      case "paragraph":
        return [paragraph(...this.#inlines(node.children, depth))];
      case "heading":
        return [{ type: "heading", size: node.depth, children: this.#inlines(node.children, depth) }];
      case "code":
        return codeBlock(node.lang ? { text: node.value, language: node.lang } : unfence(node.value));
      case "math":
        return node.value.trim() === "" ? [] : [{ type: "math", text: node.value }];
      case "blockquote":
        return [{ type: "quote", blocks: this.blocks(node.children, depth + 1) }];
      case "list":
        return [
          {
            type: "list",
            isLoose: node.spread === true,
            items: node.children.map((item) => this.#item(item, depth + 1)),
            ...(node.ordered ? { start: node.start ?? 1 } : {}),
          },
        ];
      case "table":
        return [this.#table(node, depth)];
      case "thematicBreak":
        return [{ type: "rule" }];
      case "html":
        return htmlBlock(node.value);
      case "footnoteDefinition":
        return labelled(`[${node.label ?? node.identifier}] `, this.blocks(node.children, depth + 1));
      case "definition":
        return [];
      default:
        return [paragraph(...this.#inlines([node as PhrasingContent], depth))];
    }
  }

  #item(node: Extract<RootContent, { type: "listItem" }>, depth: number): ListItem {
    const blocks = this.blocks(node.children, depth);
    return typeof node.checked === "boolean" ? { blocks, isChecked: node.checked } : { blocks };
  }

  #table(node: MdastTable, depth: number): Block {
    const rows = node.children.map((row) => row.children.map((cell) => this.#inlines(cell.children, depth)));
    const columns = Math.max(...rows.map((row) => row.length));
    const align = Array.from({ length: columns }, (_, index) => node.align?.[index] ?? "left");
    return { type: "table", align, rows };
  }

  #inlines(nodes: readonly PhrasingContent[], depth: number): readonly Inline[] {
    return nodes.flatMap((node) => this.#inline(node, depth + 1));
  }

  #inline(node: PhrasingContent, depth: number): readonly Inline[] {
    if (depth >= MAX_DEPTH) return [text(deepText(node))];
    switch (node.type) {
      case "text":
        return [text(node.value)];
      case "html":
        return [LINE_END.test(node.value) ? { type: "break" } : text(node.value)];
      case "break":
        return [{ type: "break" }];
      case "inlineCode":
        return [{ type: "code", text: node.value }];
      case "inlineMath":
        return [{ type: "math", text: node.value }];
      case "strong":
        return [{ type: "bold", children: this.#inlines(node.children, depth) }];
      case "emphasis":
        return [{ type: "italic", children: this.#inlines(node.children, depth) }];
      case "delete":
        return [{ type: "strikethrough", children: this.#inlines(node.children, depth) }];
      case "link":
        return linkTo(node.url, this.#inlines(node.children, depth));
      case "linkReference":
        return linkTo(this.#definitions.get(node.identifier) ?? "", this.#inlines(node.children, depth));
      case "image":
        return linkTo(node.url, [text(node.alt || node.url)]);
      case "imageReference":
        return linkTo(this.#definitions.get(node.identifier) ?? "", [text(node.alt || node.identifier)]);
      case "footnoteReference":
        return [text(`[${node.label ?? node.identifier}]`)];
      default:
        return [text(deepText(node))];
    }
  }
}

/** A code block without code shows nothing, and Telegram may refuse it. */
const codeBlock = (code: ReturnType<typeof unfence>): readonly Block[] =>
  code.text.trim() === "" ? [] : [{ type: "pre", ...code }];

function htmlBlock(html: string): readonly Block[] {
  const shown = html.split(LINE_END).join("\n").trim();
  return shown === "" ? [] : [paragraph(text(shown))];
}

function labelled(label: string, [first, ...rest]: readonly Block[]): readonly Block[] {
  if (first?.type !== "paragraph") return [paragraph(text(label)), ...(first ? [first] : []), ...rest];
  return [paragraph(text(label), ...first.children), ...rest];
}

/** The node and all below it, in reading order, without recursion. */
function* descendants(node: Nodes): Generator<Nodes> {
  const waiting: Nodes[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    if ("children" in next) waiting.push(...next.children.toReversed());
  }
}

function deepText(node: Nodes): string {
  const pieces: string[] = [];
  for (const each of descendants(node)) {
    if ("value" in each) pieces.push(each.value);
    else if (each.type === "break") pieces.push("\n");
    else if ("alt" in each && each.alt) pieces.push(each.alt);
  }
  return pieces.join("");
}
