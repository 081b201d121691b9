import type { InlineKeyboardButton, InlineKeyboardMarkup } from "grammy/types";
import type { Button, Buttons } from "../chat/document.ts";

export const toKeyboard = (buttons: Buttons): InlineKeyboardMarkup => ({
  inline_keyboard: buttons.map((row) => row.map(toButton)),
});

const toButton = ({ label: text, style, ...does }: Button): InlineKeyboardButton => ({
  text,
  ...("press" in does ? { callback_data: does.press } : { copy_text: { text: does.copy } }),
  ...(style && { style }),
});
