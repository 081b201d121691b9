import type { MessageEntity } from "@grammyjs/types";
import { clock, fullTime } from "./formats.ts";
import { codeNode, commandNode, preNode, quoteNode, spoilerNode } from "./inline.ts";
import { linkNode } from "./links.ts";
import { h, type VNode } from "./vnode.ts";

/** Entities nested deeper than this are shown as the text that they hold. */
const MAX_DEPTH = 32;

const BLOCKS = new Set<string>(["blockquote", "expandable_blockquote", "pre"]);

/**
 * Text and its entities as nodes. Offsets and lengths are UTF-16 units. Entities may nest and overlap:
 * one that crosses the end of another is shown in two pieces; one that lies outside the text is cut to it.
 */
export function textNodes(text: string, entities: readonly MessageEntity[] = []): VNode[] {
  const spans = entities.flatMap((entity) => toSpan(entity, text.length)).sort(outerFirst);
  return build(text, { from: 0, to: text.length }, spans, 0);
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly entity: MessageEntity;
}

function toSpan(entity: MessageEntity, length: number): Span[] {
  const from = Math.max(0, entity.offset);
  const to = Math.min(length, entity.offset + entity.length);
  return from < to ? [{ from, to, entity }] : [];
}

function outerFirst(a: Span, b: Span): number {
  return a.from - b.from || b.to - a.to || Number(BLOCKS.has(b.entity.type)) - Number(BLOCKS.has(a.entity.type));
}

function build(text: string, range: { from: number; to: number }, spans: readonly Span[], depth: number): VNode[] {
  const nodes: VNode[] = [];
  let position = range.from;
  let waiting = depth < MAX_DEPTH ? spans : [];
  for (let span = waiting[0]; span; span = waiting[0]) {
    const { from, to } = span;
    const later = waiting.slice(1);
    if (from > position) nodes.push(text.slice(position, from));
    const inside = later.filter((other) => other.from < to).map((other) => ({ ...other, to: Math.min(other.to, to) }));
    nodes.push(entityNode(span, text.slice(from, to), build(text, span, inside, depth + 1)));
    waiting = later
      .filter((other) => other.to > to)
      .map((other) => ({ ...other, from: Math.max(other.from, to) }))
      .sort(outerFirst);
    position = to;
    if (BLOCKS.has(span.entity.type) && text[position] === "\n" && position < range.to) {
      position += 1; // A block ends its own line; the newline after it would show as an empty one.
      waiting = waiting.flatMap((other) =>
        other.to > position ? { ...other, from: Math.max(other.from, position) } : [],
      );
    }
  }
  if (position < range.to) nodes.push(text.slice(position, range.to));
  return nodes;
}

function entityNode({ entity }: Span, text: string, children: VNode[]): VNode {
  switch (entity.type) {
    case "bold":
      return h("strong", {}, children);
    case "italic":
      return h("em", {}, children);
    case "underline":
      return h("u", {}, children);
    case "strikethrough":
      return h("s", {}, children);
    case "spoiler":
      return spoilerNode(children);
    case "code":
      return codeNode(text, children);
    case "pre":
      return preNode(entity.language, children);
    case "blockquote":
      return quoteNode(children);
    case "expandable_blockquote":
      return quoteNode(children, "expandable");
    case "text_link":
      return linkNode(entity.url, children);
    case "url":
      return linkNode(text, children);
    case "email":
      return linkNode(`mailto:${text}`, children);
    case "date_time":
      return h(
        "time",
        { title: fullTime(entity.unix_time) },
        entity.date_time_format === "t" ? clock(entity.unix_time) : children,
      );
    case "bot_command":
      return commandNode(text, children);
    case "mention":
    case "text_mention":
    case "hashtag":
    case "cashtag":
    case "phone_number":
      return h("span", { class: "mention" }, children);
    default:
      return h("span", {}, children);
  }
}
