import type { Block, Inline } from "../../chat/markdown/tree.ts";

/** The limits of a rich message, of Bot API 10.3. */
const RICH_LIMITS = { characters: 32_768, blocks: 500, levels: 16, columns: 20 } as const;

interface RichSize {
  /** UTF-16 units, which are at least as many as what Telegram counts. */
  readonly characters: number;
  /** List items and table rows included. */
  readonly blocks: number;
  /** Blocks and the formats within them, together. */
  readonly levels: number;
  /** The columns of the widest table. */
  readonly columns: number;
}

const NOTHING: RichSize = { characters: 0, blocks: 0, levels: 0, columns: 0 };

export function fitsRich(size: RichSize): boolean {
  const { characters, blocks, levels, columns } = RICH_LIMITS;
  return size.characters <= characters && size.blocks <= blocks && size.levels <= levels && size.columns <= columns;
}

/** Whether classic text would lose the form of it: tables, tasks, formulas, lists within lists. */
export function needsRich(blocks: readonly Block[]): boolean {
  return blocks.some((block) => {
    switch (block.type) {
      case "table":
      case "math":
        return true;
      case "list":
        return block.items.some(
          ({ blocks: inner, isChecked }) => isChecked !== undefined || hasList(inner) || needsRich(inner),
        );
      case "quote":
        return needsRich(block.blocks);
      case "paragraph":
      case "heading":
        return hasFormula(block.children);
      default:
        return false;
    }
  });
}

const hasList = (blocks: readonly Block[]) => blocks.some(({ type }) => type === "list");

const hasFormula = (nodes: readonly Inline[]): boolean =>
  nodes.some((node) => node.type === "math" || ("children" in node && hasFormula(node.children)));

/** The share of the limits that blocks use. */
export function sizeOf(blocks: readonly Block[]): RichSize {
  return blocks.map(sizeOfBlock).reduce(add, NOTHING);
}

function sizeOfBlock(block: Block): RichSize {
  switch (block.type) {
    case "paragraph":
    case "heading":
      return under(1, sizeOfText(block.children));
    case "pre": {
      const { title = "", isFolded, text } = block;
      const isIn = isFolded === true && title !== "";
      return { characters: title.length + text.length, blocks: isIn ? 2 : 1, levels: isIn ? 2 : 1, columns: 0 };
    }
    case "math":
      return { characters: block.text.length, blocks: 1, levels: 1, columns: 0 };
    case "quote":
      return under(1, sizeOf(block.blocks));
    case "list":
      return under(1 + block.items.length, block.items.map((item) => sizeOf(item.blocks)).reduce(add, NOTHING));
    case "table": {
      const cells = block.rows.flat().map(sizeOfText).reduce(add, NOTHING);
      return { ...under(1 + block.rows.length, cells), columns: block.align.length };
    }
    case "rule":
      return { characters: 0, blocks: 1, levels: 1, columns: 0 };
  }
}

function sizeOfText(nodes: readonly Inline[]): RichSize {
  return nodes
    .map((node) => {
      if ("children" in node) return under(0, sizeOfText(node.children));
      return { characters: "text" in node ? node.text.length : 1, blocks: 0, levels: 1, columns: 0 };
    })
    .reduce(add, { ...NOTHING, levels: 1 });
}

/** A block or format around what has this size. */
const under = (blocks: number, inner: RichSize): RichSize => ({
  ...inner,
  blocks: inner.blocks + blocks,
  levels: inner.levels + 1,
});

const add = (a: RichSize, b: RichSize): RichSize => ({
  characters: a.characters + b.characters,
  blocks: a.blocks + b.blocks,
  levels: Math.max(a.levels, b.levels),
  columns: Math.max(a.columns, b.columns),
});
