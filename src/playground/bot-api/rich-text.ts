import { z } from "zod";
import { badRequest } from "./api-error.ts";
import { checkButton } from "./keyboard.ts";
import { checkLink } from "./links.ts";
import { type RichNode, type RichTally, toNode } from "./rich-tally.ts";

const STYLES = [
  "bold",
  "italic",
  "underline",
  "strikethrough",
  "spoiler",
  "subscript",
  "superscript",
  "marked",
  "code",
  "url",
  "email_address",
  "phone_number",
  "bank_card_number",
  "mention",
  "text_mention",
  "hashtag",
  "cashtag",
  "bot_command",
  "date_time",
  "anchor_link",
  "reference",
  "reference_link",
];

/**
 * Checks inline text: a string, an array, or a node with a type.
 *
 * @throws ApiError 400 for an unknown type, a refused link or button, or a limit passed.
 */
export function checkRichText(value: unknown, level: number, tally: RichTally): void {
  if (typeof value === "string") {
    tally.text(value);
  } else if (Array.isArray(value)) {
    tally.level(level - 1);
    for (const part of value) checkRichText(part, Array.isArray(part) ? level + 1 : level, tally);
  } else {
    checkStyled(toNode(value), tally.level(level), tally);
  }
}

function checkStyled(node: RichNode, level: number, tally: RichTally): void {
  const type = String(node["type"]);
  if (STYLES.includes(type)) {
    if (type === "url") checkLink(node["url"], "rich text");
    checkRichText(node["text"], level + 1, tally);
  } else if (type === "mathematical_expression") {
    tally.text(string(node, "expression"));
  } else if (type === "custom_emoji") {
    tally.text(string(node, "alternative_text"));
  } else if (type === "button") {
    checkRichButton(node["button"], tally);
  } else if (type !== "anchor") {
    throw badRequest(`can't parse rich text: unsupported type "${type}"`);
  }
}

const RichButton = z.looseObject({ text: z.string(), style: z.string().optional() });
const BUTTON_STYLES = ["danger", "success", "primary", "link"];

/** @throws ApiError 400. */
export function checkRichButton(value: unknown, tally: RichTally): void {
  const parsed = RichButton.safeParse(value);
  if (!parsed.success) throw badRequest("can't parse rich message button");
  const { style, ...button } = parsed.data;
  if (style !== undefined && !BUTTON_STYLES.includes(style)) throw badRequest("BUTTON_STYLE_INVALID");
  tally.text(button.text);
  checkButton(button);
}

function string(node: RichNode, key: string): string {
  const value = node[key];
  if (typeof value !== "string") throw badRequest(`can't parse rich text: field "${key}" must be a string`);
  return value;
}
