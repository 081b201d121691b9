import type { InlineKeyboardButton, InlineKeyboardMarkup } from "grammy/types";
import type { Button, Buttons } from "../chat/document.ts";
import { visibleLine } from "../domain/visible.ts";

/** @param wantsReply The reader's client opens a reply to the message. */
export const toKeyboard = (buttons: Buttons, wantsReply = false): InlineKeyboardMarkup => ({
  inline_keyboard: buttons.map((row) => row.map(toButton)),
  ...(wantsReply && { force_reply: true }),
});

const SAID = { disabled: {} };

/** Whether there are buttons that a server older than Bot API 10.3 refuses. */
export const hasDisabled = (buttons: Buttons): boolean => buttons.flat().some((button) => "said" in button);

/** The buttons that every server knows. */
export const withoutDisabled = (buttons: Buttons): Buttons =>
  buttons.map((row) => row.filter((button) => !("said" in button))).filter((row) => row.length > 0);

const toButton = ({ label: text, style, ...does }: Button): InlineKeyboardButton => ({
  text: visibleLine(text),
  ...("press" in does ? { callback_data: does.press } : "copy" in does ? { copy_text: { text: does.copy } } : SAID),
  ...(style && { style }),
});
