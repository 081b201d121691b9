import type { Message } from "@grammyjs/types";
import type { Emulator } from "../../src/playground/emulator.ts";
import { flattenRich } from "../../src/telegram/flatten-rich.ts";

/** How the message of a run begins that has ended. */
export const OUTCOME = /^(done|error|cancelled|interrupted) · /;
/** The same while it has not. */
export const BUSY = /^(queued|paused|starting|working|waiting for you|stopping) · /;

export const textOf = (message: Message): string =>
  message.rich_message ? flattenRich(message.rich_message.blocks) : (message.text ?? message.caption ?? "");

/** See `Stage.press`. */
export async function pressIn(
  emulator: Emulator,
  { chat, message_id: messageId }: Message,
  label: string,
): Promise<string> {
  const markup = emulator.message(chat.id, messageId)?.reply_markup;
  const button = markup?.inline_keyboard.flat().find(({ text }) => text.endsWith(label));
  if (!button || !("callback_data" in button)) throw new Error(`message ${messageId} has no button ${label}`);
  const id = emulator.press({ chatId: chat.id, messageId, data: button.callback_data });
  return (await emulator.waitFor(() => emulator.answerTo(id))).text ?? "";
}
