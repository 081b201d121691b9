import type { Message, MessageEntity, RichBlock, RichText } from "@grammyjs/types";
import widthOf from "fast-string-width";

/** How words look; without colours a terminal, or the file that the output goes to, gets plain text. */
export interface Look {
  readonly colours: boolean;
}

const CODES = { bold: [1, 22], italic: [3, 23], underline: [4, 24], strikethrough: [9, 29], dim: [2, 22] } as const;

/** A message as a terminal shows Markdown: headings, lists, tables, code and the empty lines between them. */
export function toTerminal(message: Message, look: Look): string {
  if (message.rich_message) return blocks(message.rich_message.blocks, look);
  const text = message.text ?? message.caption ?? "";
  return entities(text, message.entities ?? message.caption_entities ?? [], look) || fileLine(message);
}

function fileLine({ document, photo }: Message): string {
  return document ? `[file: ${document.file_name ?? "unnamed"}]` : photo ? "[photo]" : "";
}

function styled(text: string, style: string, { colours }: Look): string {
  const code = Object.hasOwn(CODES, style) ? CODES[style as keyof typeof CODES] : undefined;
  if (!colours || code === undefined) return text;
  return text.replace(/[^\n]+/g, (line) => `\u001b[${code[0]}m${line}\u001b[${code[1]}m`);
}

function blocks(list: readonly RichBlock[], look: Look, gap = "\n\n"): string {
  return list
    .map((block) => blockText(block, look))
    .filter((text) => text !== "")
    .join(gap);
}

function blockText(block: RichBlock, look: Look): string {
  switch (block.type) {
    case "heading":
      return styled(`${look.colours ? "" : `${"#".repeat(block.size)} `}${inline(block.text, look)}`, "bold", look);
    case "pre":
      return indented(inline(block.text, look), "    ");
    case "mathematical_expression":
      return indented(block.expression, "    ");
    case "list":
      return block.items.map((item) => listItem(item, look)).join("\n");
    case "table":
      return table(block, look);
    case "divider":
      return "─".repeat(24);
    case "blockquote":
      return indented(blocks(block.blocks, look), "│ ");
    case "expandable_blockquote":
    case "pullquote":
      return indented(inline(block.text, look), "│ ");
    case "details":
      return `▾ ${inline(block.summary, look)}\n${indented(blocks(block.blocks, look), "  ")}`;
    case "buttons":
      return block.buttons.map(({ text }) => `[${inline(text, look)}]`).join(" ");
    case "footer":
      return styled(inline(block.text, look), "dim", look);
    default:
      return "text" in block ? inline(block.text, look) : "";
  }
}

type ListItem = Extract<RichBlock, { type: "list" }>["items"][number];

function listItem(item: ListItem, look: Look): string {
  const box = item.is_checked ? "[x]" : "[ ]";
  const label = item.has_checkbox ? box : item.value === undefined ? "•" : `${item.value}.`;
  const [first = "", ...rest] = blocks(item.blocks, look, "\n").split("\n");
  return [`${label} ${first}`, ...rest.map((line) => " ".repeat(label.length + 1) + line)].join("\n");
}

function table({ cells }: Extract<RichBlock, { type: "table" }>, look: Look): string {
  const rows = cells.map((row) =>
    row.map((cell) => ({
      align: cell.align ?? "left",
      isHeader: cell.is_header === true,
      text: inline(cell.text ?? "", look).replaceAll("\n", " "),
    })),
  );
  const widths = rows.reduce<number[]>((all, row) => {
    for (const [column, { text }] of row.entries()) all[column] = Math.max(all[column] ?? 0, widthOf(text));
    return all;
  }, []);
  const lines = rows.map((row) =>
    row
      .map(({ align, text }, column) => padded(text, widths[column] ?? 0, align))
      .join(" │ ")
      .trimEnd(),
  );
  const rule = widths.map((width) => "─".repeat(width)).join("─┼─");
  return rows[0]?.some(({ isHeader }) => isHeader) ? [lines[0], rule, ...lines.slice(1)].join("\n") : lines.join("\n");
}

function padded(text: string, width: number, align: "left" | "center" | "right"): string {
  const room = Math.max(0, width - widthOf(text));
  const before = align === "left" ? 0 : align === "right" ? room : Math.floor(room / 2);
  return " ".repeat(before) + text + " ".repeat(room - before);
}

function inline(text: RichText, look: Look): string {
  if (typeof text === "string") return text;
  if (Array.isArray(text)) return text.map((part) => inline(part, look)).join("");
  if (text.type === "mathematical_expression") return text.expression;
  if (text.type === "custom_emoji") return text.alternative_text;
  if (text.type === "url") return linked(inline(text.text, look), text.url);
  return "text" in text ? styled(inline(text.text, look), text.type, look) : "";
}

const linked = (text: string, url: string): string => (text === url ? text : `${text} <${url}>`);

/** Entities that hold one another or stand side by side; offsets are UTF-16 units. */
function entities(text: string, list: readonly MessageEntity[], look: Look): string {
  let shown = "";
  let position = 0;
  for (const [index, entity] of list.entries()) {
    const end = entity.offset + entity.length;
    if (entity.offset < position) continue;
    const inner = list.slice(index + 1).filter((other) => other.offset < end);
    const moved = inner.map((other) => ({ ...other, offset: other.offset - entity.offset }));
    shown += text.slice(position, entity.offset);
    shown += entityText(entity, entities(text.slice(entity.offset, end), moved, look), look);
    position = end;
  }
  return shown + text.slice(position);
}

function entityText(entity: MessageEntity, text: string, look: Look): string {
  switch (entity.type) {
    case "pre":
      return indented(text, "    ");
    case "blockquote":
    case "expandable_blockquote":
      return indented(text, "│ ");
    case "text_link":
      return linked(text, entity.url);
    default:
      return styled(text, entity.type, look);
  }
}

const indented = (text: string, by: string): string => text.replace(/^/gm, by).replace(/[ \t]+$/gm, "");
