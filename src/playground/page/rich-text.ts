import type { RichText } from "@grammyjs/types";
import { buttonNode } from "./buttons.ts";
import { codeNode, commandNode, formulaNode, spoilerNode } from "./inline.ts";
import { linkNode } from "./links.ts";
import { h, textOf, type VNode } from "./vnode.ts";

/** Telegram nests 16 levels at most; what lies deeper than this is not shown. */
const MAX_DEPTH = 64;

const NO_PRESSES: ReadonlySet<string> = new Set();

/** Inline text of a rich message as nodes; `waiting` holds the callback data of presses without an answer yet. */
export function richTextNodes(text: RichText, waiting = NO_PRESSES, depth = 0): VNode[] {
  if (typeof text === "string") return [text];
  if (depth > MAX_DEPTH) return [];
  if (Array.isArray(text)) return text.flatMap((part) => richTextNodes(part, waiting, depth + 1));
  const children = "text" in text ? richTextNodes(text.text, waiting, depth + 1) : [];
  return [partNode(text, children, waiting)];
}

type RichPart = Exclude<RichText, string | RichText[]>;

const PLAIN_TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  subscript: "sub",
  superscript: "sup",
  marked: "mark",
  date_time: "span",
  bank_card_number: "span",
  phone_number: "span",
} as const;

function partNode(part: RichPart, children: VNode[], waiting: ReadonlySet<string>): VNode {
  switch (part.type) {
    case "spoiler":
      return spoilerNode(children);
    case "code":
      return codeNode(textOf(children), children);
    case "mathematical_expression":
      return formulaNode(part.expression, "inline");
    case "url":
      return linkNode(part.url, children);
    case "email_address":
      return linkNode(`mailto:${part.email_address}`, children);
    case "bot_command":
      return commandNode(part.bot_command, children);
    case "custom_emoji":
      return part.alternative_text;
    case "button":
      return buttonNode(part.button, richTextNodes(part.button.text), waiting);
    case "anchor":
      return anchorNode(part.name, []);
    case "reference":
      return anchorNode(part.name, children);
    case "anchor_link":
      return anchorLinkNode(part.anchor_name, children);
    case "reference_link":
      return anchorLinkNode(part.reference_name, children);
    case "mention":
    case "text_mention":
    case "hashtag":
    case "cashtag":
      return h("span", { class: "mention" }, children);
    default:
      return h(PLAIN_TAGS[part.type] ?? "span", {}, children);
  }
}

/** A place in a message that its own links lead to. Names stay out of `id`, which the page keeps for itself. */
export function anchorNode(name: string, children: readonly VNode[]): VNode {
  return h("span", { "data-anchor": name }, children);
}

function anchorLinkNode(name: string, children: readonly VNode[]): VNode {
  return h("button", { type: "button", class: "command", "data-action": "anchor", "data-value": name }, children);
}
