/** Fields of a received block that hold blocks or text, in the order in which they are shown. */
const FIELDS = ["summary", "text", "expression", "alternative_text", "blocks", "items", "cells", "caption", "credit"];

/**
 * The text of a received rich message, a line for each block, item or table row. Takes blocks that it does not know
 * for what they hold.
 */
export function flattenRich(blocks: readonly unknown[]): string {
  return blocks
    .map((block) => flattenBlock(block))
    .filter((text) => text !== "")
    .join("\n");
}

function flattenBlock(block: unknown): string {
  if (Array.isArray(block)) return block.map(flattenInline).filter(Boolean).join(" ");
  if (typeof block !== "object" || block === null) return String(block ?? "");
  const node: Record<string, unknown> = { ...block };
  return FIELDS.map((field) => flattenField(field, node[field]))
    .filter((text) => text !== "")
    .join("\n");
}

function flattenField(field: string, value: unknown): string {
  const holdsBlocks = field === "blocks" || field === "items" || field === "cells";
  return holdsBlocks && Array.isArray(value) ? flattenRich(value) : flattenInline(value);
}

function flattenInline(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(flattenInline).join("");
  if (typeof value !== "object" || value === null) return "";
  const node: Record<string, unknown> = { ...value };
  const shown = FIELDS.map((field) => flattenInline(node[field])).join("");
  const { type, url } = node;
  return type === "url" && typeof url === "string" && ![url, url.replace(/\/$/, "")].includes(shown)
    ? `${shown} (${url})`
    : shown;
}
