import type { InlineKeyboardButton, Message } from "@grammyjs/types";
import { engines } from "../../runners/index.ts";
import { standIn } from "../engine/toy.ts";
import { type Stage, stage, textOf } from "./bridge.ts";

interface Asking {
  /** Keys of the engine's table. */
  readonly rules?: string;
  readonly tables?: string;
  /** Lines of takopi.toml above all tables. */
  readonly top?: string;
  /** See `StageOptions`. */
  readonly waitMs?: number;
}

const LIVE = { codex: "codex-app-server", pi: "pi-rpc" } as const;

/** The bridge over an engine's real runner, whose program does what the words of a prompt say. */
export function setUp(
  engine: keyof typeof LIVE,
  { rules = "", tables = "", top = "", waitMs }: Asking = {},
): Promise<Stage> {
  const sandbox = engine === "codex" ? 'sandbox = "read-only"' : "";
  const table = `[${engine}]\ncmd = "${standIn(LIVE[engine])}"\ninteractive = true\n${sandbox}\n${rules}\n${tables}`;
  return stage({ engines, defaultEngine: engine, tables: table, top, ...(waitMs && { waitMs }) });
}

export const buttonsOf = (message: Message | undefined): readonly InlineKeyboardButton[] =>
  (message?.reply_markup?.inline_keyboard ?? []).flat();

export function dataOf(message: Message, label: string): string {
  const button = buttonsOf(message).find(({ text }) => text === label);
  if (!button || !("callback_data" in button)) throw new Error(`no button ${label} on: ${JSON.stringify(message)}`);
  return button.callback_data;
}

/** How the message of a question begins, whichever engine asks. */
export const CARD = /^\w+ (?:asks|wants to)\b/;

/** Presses a button of a card; gives what the presser is told. */
export async function press(
  { emulator }: Pick<Stage, "emulator">,
  card: Message,
  label: string,
): Promise<string | undefined> {
  const now = emulator.message(card.chat.id, card.message_id) ?? card;
  const data = dataOf(now, label);
  const id = emulator.press({ chatId: card.chat.id, messageId: card.message_id, data });
  return (await emulator.waitFor(() => emulator.answerTo(id))).text;
}

/** The card once none of its buttons does anything. */
export const closed = ({ emulator }: Pick<Stage, "emulator">, card: Message): Promise<Message> =>
  emulator.waitFor(() => {
    const now = emulator.message(card.chat.id, card.message_id);
    return now && buttonsOf(now).every((button) => "disabled" in button) ? now : undefined;
  });

export const hasCard = ({ emulator }: Stage): boolean =>
  emulator.messages(emulator.privateChatId).some((message) => CARD.test(textOf(message)));
