import type { RichBlock, RichBlockCaption, RichBlockListItem, RichText } from "@grammyjs/types";
import { buttonNode } from "./buttons.ts";
import { formulaNode, preNode, quoteNode } from "./inline.ts";
import { listLabel } from "./list-label.ts";
import { anchorNode, richTextNodes } from "./rich-text.ts";
import { h, icon, type VNode } from "./vnode.ts";

/** Telegram nests 16 levels at most; what lies deeper than this is not shown. */
const MAX_DEPTH = 64;

/** The blocks of a rich message as nodes; `waiting` holds the callback data of presses without an answer yet. */
export function blockNodes(blocks: readonly RichBlock[], waiting: ReadonlySet<string>, depth = 0): VNode[] {
  return depth > MAX_DEPTH ? [] : blocks.map((block) => blockNode(block, waiting, depth));
}

const HEADINGS = { 1: "h3", 2: "h3", 3: "h4", 4: "h4", 5: "h5", 6: "h6" } as const;

function blockNode(block: RichBlock, waiting: ReadonlySet<string>, depth: number): VNode {
  const inline = (text: RichText) => richTextNodes(text, waiting);
  const inner = (blocks: readonly RichBlock[]) => blockNodes(blocks, waiting, depth + 1);
  switch (block.type) {
    case "paragraph":
      return h("p", {}, inline(block.text));
    case "heading":
      return h(HEADINGS[block.size] ?? "h6", { class: `heading size-${block.size}` }, inline(block.text));
    case "pre":
      return preNode(block.language, inline(block.text));
    case "footer":
      return h("footer", {}, inline(block.text));
    case "divider":
      return h("hr", {});
    case "mathematical_expression":
      return formulaNode(block.expression, "block");
    case "anchor":
      return anchorNode(block.name, []);
    case "list":
      return h(
        "ul",
        { class: "list", role: "list" },
        block.items.map((item) => itemNode(item, inner(item.blocks))),
      );
    case "blockquote":
      return quoteNode([...inner(block.blocks), ...creditNodes(block.credit)]);
    case "expandable_blockquote":
      return quoteNode([...inline(block.text), ...creditNodes(block.credit)], "expandable");
    case "pullquote":
      return h("blockquote", { class: "pull" }, inline(block.text), creditNodes(block.credit));
    case "table":
      return tableNode(block, inline);
    case "details":
      return h("details", { open: block.is_open }, h("summary", {}, inline(block.summary)), inner(block.blocks));
    case "buttons": {
      const buttons = block.buttons.map((button) => buttonNode(button, richTextNodes(button.text), waiting));
      return h("div", { class: `keys ${block.align ?? "left"}` }, buttons);
    }
    case "collage":
    case "slideshow":
      return h("div", {}, inner(block.blocks), captionNodes(block.caption));
    case "thinking":
      return h("p", { class: "thinking" }, inline(block.text));
    default:
      return h(
        "div",
        { class: "media" },
        icon("file"),
        `${block.type.replace("_", " ")} (not shown here)`,
        captionNodes(block.caption),
      );
  }
}

function itemNode(item: RichBlockListItem, children: readonly VNode[]): VNode {
  const state = item.is_checked ? "true" : "false";
  const mark = item.has_checkbox
    ? h(
        "span",
        { class: "check", role: "checkbox", "aria-checked": state, "aria-disabled": "true" },
        item.is_checked ? "✓" : "",
      )
    : h("span", { class: "label" }, listLabel(item));
  return h("li", {}, mark, h("div", {}, children));
}

function tableNode(block: Extract<RichBlock, { type: "table" }>, inline: (text: RichText) => VNode[]): VNode {
  const rows = block.cells.map((row) =>
    h(
      "tr",
      {},
      row.map((cell) => {
        const span = { colspan: cell.colspan, rowspan: cell.rowspan, scope: cell.is_header && "col" };
        const attrs = { ...span, class: `${cell.align ?? "left"} ${cell.valign ?? "top"}` };
        return h(cell.is_header ? "th" : "td", attrs, cell.text === undefined ? [] : inline(cell.text));
      }),
    ),
  );
  const looks = [block.is_bordered && "bordered", block.is_striped && "striped", block.is_compact && "compact"];
  const caption = block.caption === undefined ? undefined : h("caption", {}, inline(block.caption));
  const table = h("table", { class: looks.filter(Boolean).join(" ") }, caption, h("tbody", {}, rows));
  return h("div", { class: "table", tabindex: 0, role: "group", "aria-label": "Table" }, table);
}

function captionNodes(caption: RichBlockCaption | undefined): VNode[] {
  return caption ? [h("p", { class: "credit" }, richTextNodes(caption.text)), ...creditNodes(caption.credit)] : [];
}

function creditNodes(credit: RichText | undefined): VNode[] {
  return credit === undefined ? [] : [h("p", { class: "credit" }, richTextNodes(credit))];
}
