import type { InputRichBlock, InputRichBlockListItem, RichBlockTableCell, RichText } from "grammy/types";
import { clean } from "../../chat/markdown/clean.ts";
import type { Block, Inline, List, Pre, Table } from "../../chat/markdown/tree.ts";
import { assertNever } from "../../domain/events.ts";
import { dateTimeOf } from "./moment.ts";

/** Blocks as those of a rich message; whether they are within Telegram's limits is another question. */
export const emitRich = (blocks: readonly Block[]): InputRichBlock[] => blocks.map(toRichBlock);

function toRichBlock(block: Block): InputRichBlock {
  switch (block.type) {
    case "paragraph":
      return { type: "paragraph", text: toRichText(block.children) };
    case "heading":
      return { type: "heading", size: block.size, text: toRichText(block.children) };
    case "pre":
      return toPre(block);
    case "math":
      return { type: "mathematical_expression", expression: clean(block.text) };
    case "quote":
      return { type: "blockquote", blocks: emitRich(block.blocks) };
    case "list":
      return { type: "list", items: toItems(block) };
    case "table":
      return toTable(block);
    case "rule":
      return { type: "divider" };
    default:
      return assertNever(block);
  }
}

function toPre({ text, language, isFolded, title }: Pre): InputRichBlock {
  const pre = { type: "pre" as const, text: clean(text), ...(language === undefined ? {} : languageOf(language)) };
  return isFolded && title !== undefined ? { type: "details", summary: clean(title), blocks: [pre] } : pre;
}

function languageOf(info: string): { language?: string } {
  const language = /^[\w+#.-]{1,30}/.exec(info)?.[0];
  return language === undefined ? {} : { language };
}

function toItems({ start, items }: List): InputRichBlockListItem[] {
  return items.map(({ blocks, isChecked }, index) => ({
    blocks: emitRich(blocks),
    ...(isChecked === undefined ? {} : { has_checkbox: true }),
    ...(isChecked ? { is_checked: true } : {}),
    ...(start === undefined ? {} : { value: start + index, type: "1" }),
  }));
}

function toTable({ align, rows }: Table): InputRichBlock {
  const cells = rows.map((row, rowIndex) =>
    align.map(
      (columnAlign, column): RichBlockTableCell => ({
        text: toRichText(row[column] ?? []),
        align: columnAlign,
        valign: "top",
        ...(rowIndex === 0 ? { is_header: true } : {}),
      }),
    ),
  );
  return { type: "table", cells, is_bordered: true };
}

/** Inline text; one piece stands alone, and none is "". */
export function toRichText(nodes: readonly Inline[]): RichText {
  const texts = nodes.map(toRichInline);
  return texts.length === 1 && texts[0] !== undefined ? texts[0] : texts.length === 0 ? "" : texts;
}

function toRichInline(node: Inline): RichText {
  switch (node.type) {
    case "text":
      return clean(node.text);
    case "break":
      return "\n";
    case "code":
      return { type: "code", text: clean(node.text) };
    case "math":
      return { type: "mathematical_expression", expression: clean(node.text) };
    case "time":
      return {
        ...{ type: "date_time", text: node.text, unix_time: Math.floor(node.at / 1000), date_time_format: "t" },
      };
    case "bold":
    case "italic":
    case "strikethrough":
      return { type: node.type, text: toRichText(node.children) };
    case "link":
      return { ...(dateTimeOf(node.url) ?? { type: "url", url: node.url }), text: toRichText(node.children) };
    default:
      return assertNever(node);
  }
}
