import type { InlineKeyboardMarkup } from "@grammyjs/types";
import { z } from "zod";
import { badRequest } from "./api-error.ts";
import { checkLink } from "./links.ts";

const MAX_DATA_BYTES = 64;
const MAX_COPY_UNITS = 256;
const MAX_ROW_BUTTONS = 8;
const MAX_BUTTONS = 100;

const Button = z.looseObject({
  text: z.string(),
  callback_data: z.string().optional(),
  url: z.string().optional(),
  copy_text: z.object({ text: z.string() }).optional(),
  style: z.enum(["danger", "success", "primary"]).optional(),
  disabled: z.object({}).optional(),
});
const Keyboard = z.looseObject({
  inline_keyboard: z.array(z.array(Button)),
  force_reply: z.boolean().optional(),
});
const ReplyMarkup = z.union([
  z.looseObject({ force_reply: z.literal(true) }),
  z.looseObject({ remove_keyboard: z.literal(true) }),
]);

/**
 * An inline keyboard that may be attached; undefined if there is none, or if the markup is of a kind that the
 * message does not show. Empty rows are dropped.
 *
 * @throws ApiError 400 for a button that Telegram refuses.
 */
export function checkKeyboard(markup: unknown): InlineKeyboardMarkup | undefined {
  if (markup === undefined) return undefined;
  const parsed = Keyboard.safeParse(markup);
  if (!parsed.success && ReplyMarkup.safeParse(markup).success) return undefined;
  if (!parsed.success) throw badRequest("object expected as reply markup");
  const rows = parsed.data.inline_keyboard.filter((row) => row.length > 0);
  if (rows.length === 0) return undefined;
  if (rows.some((row) => row.length > MAX_ROW_BUTTONS) || rows.flat().length > MAX_BUTTONS) {
    throw badRequest("REPLY_MARKUP_TOO_LONG");
  }
  for (const button of rows.flat()) checkButton(button);
  const { force_reply } = parsed.data;
  return { inline_keyboard: rows, ...(force_reply === true && { force_reply }) } as InlineKeyboardMarkup;
}

/** @throws ApiError 400. Also for the buttons of rich messages. */
export function checkButton(button: z.infer<typeof Button>): void {
  if (button.text.trim() === "") throw badRequest("can't parse inline keyboard button: button text must be non-empty");
  const { text, style, icon_custom_emoji_id, ...action } = button;
  const kinds = Object.keys(action).filter((key) => action[key] !== undefined);
  if (kinds.length === 0) {
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  }
  if (kinds.length > 1) throw badRequest("can't parse inline keyboard button: exactly one action is expected");
  if (button.callback_data !== undefined) checkData(button.callback_data);
  if (button.url !== undefined) checkLink(button.url, "inline keyboard button");
  if (button.copy_text !== undefined) checkCopy(button.copy_text.text);
}

function checkData(data: string): void {
  const bytes = Buffer.byteLength(data);
  if (bytes < 1 || bytes > MAX_DATA_BYTES) throw badRequest("BUTTON_DATA_INVALID");
}

function checkCopy(text: string): void {
  if (text.length < 1 || text.length > MAX_COPY_UNITS) throw badRequest("BUTTON_COPY_TEXT_INVALID");
}
