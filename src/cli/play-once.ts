import type { Message } from "grammy/types";
import type { Emulator } from "../playground/emulator.ts";
import { flattenRich } from "../telegram/flatten-rich.ts";
import { toTerminal } from "./show-message.ts";

const LONGEST_TASK_MS = 3_600_000;

type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

interface Stage {
  readonly emulator: Emulator;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Ends the bridge, which sends what is left first. */
  readonly end: () => Promise<void>;
}

/**
 * Sends one task and prints the bot's messages as they come and change.
 *
 * @returns the exit code: 0 when the task was done.
 */
export async function playOnce(task: string, { emulator, output, signal, end }: Stage): Promise<number> {
  const chatId = emulator.privateChatId;
  const prompt = emulator.sendText({ chatId, text: task });
  output.write(`you\n${indent(task)}\n`);
  const shown = new Map<number, string>();
  const tellReplies = () => {
    const replies = emulator
      .messages(chatId)
      .filter(({ reply_to_message }) => reply_to_message?.message_id === prompt.message_id);
    for (const message of replies) tell(message, shown, output);
    return replies;
  };
  const outcome = await emulator.waitFor(() => {
    const replies = tellReplies();
    const last = replies.map(textOf).find((text) => /^(done|error|cancelled|interrupted) · /.test(text));
    return signal.aborted ? "aborted" : last;
  }, LONGEST_TASK_MS);
  // An answer that is too long for messages has its file after them.
  await end();
  tellReplies();
  return outcome.startsWith("done") ? 0 : 1;
}

function tell(message: Message, shown: Map<number, string>, output: Output): void {
  const look = { colours: output.isTTY === true && process.env["NO_COLOR"] === undefined };
  const text = toTerminal(message, look);
  const before = shown.get(message.message_id);
  if (before === text) return;
  shown.set(message.message_id, text);
  output.write(`\nbot${before === undefined ? "" : " (edited)"}\n${indent(text)}\n`);
}

function textOf(message: Message): string {
  if (message.rich_message) return flattenRich(message.rich_message.blocks);
  return message.text ?? message.caption ?? "";
}

const indent = (text: string) => text.replace(/^(?=[^\n])/gm, "  ");
