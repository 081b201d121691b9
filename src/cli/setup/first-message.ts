import { visibleLine } from "../../domain/visible.ts";
import { UserError } from "../../errors.ts";
import { Refused, Unreachable } from "../../telegram/api.ts";
import { type Sender, senders } from "../../telegram/introduce.ts";
import type { Ask } from "./ask.ts";
import type { Bot } from "./bot.ts";

export interface FirstMessageParts {
  readonly ask: Ask;
  readonly signal: AbortSignal;
  /** Nobody is there to say that it was somebody else's message: only what is written from now on counts. */
  readonly isAlone: boolean;
  /** Calls `then` after some time, unless it is told not to. */
  readonly after: (ms: number, then: () => void) => () => void;
}

const PATIENCE_MS = 60_000;
const RETRY_MS = 2_000;

/** Waits until the person writes to the bot: their chat is the one to serve. */
export async function waitForMessage(bot: Bot, parts: FirstMessageParts): Promise<Sender> {
  const { ask, after } = parts;
  const { botName } = bot;
  ask.say(`Now send your bot any message: open https://t.me/${botName} and write "hi". Ctrl-C ends this.`);
  const stopReminding = after(PATIENCE_MS, () =>
    ask.say(
      `Nobody has written to @${botName} yet. Search for @${botName} in Telegram, press Start, and write to it; in a group, mention it. Still waiting.`,
    ),
  );
  try {
    for (;;) {
      const sender = await nextOwner(bot, parts);
      if (sender) return sender;
      await new Promise<void>((done) => void after(RETRY_MS, done));
    }
  } finally {
    stopReminding();
  }
}

/** undefined if the network failed meanwhile. */
async function nextOwner({ telegram }: Bot, { ask, signal, isAlone }: FirstMessageParts): Promise<Sender | undefined> {
  try {
    for await (const sender of senders(telegram, isAlone, signal)) {
      const text = describe(sender);
      if (isAlone) ask.say(`${text}.`);
      if (isAlone || (await ask.confirm(`${text}. Is that you?`, true))) return sender;
      ask.say("Then write to the bot yourself.");
    }
  } catch (error) {
    if (error instanceof Refused && error.code === 409) {
      throw new UserError("Another program polls this bot's token: end it first, then run `takopi setup` again.");
    }
    if (!(error instanceof Unreachable)) throw error;
    ask.say(`Telegram cannot be reached (${error.message}); trying again.`);
  }
  return undefined;
}

export function describe({ chatId, chatKind, chatTitle, userId, userName }: Sender): string {
  const place = chatKind === "private" ? "in a private chat" : `in the ${chatKind} ${chatTitle ?? ""}`.trim();
  return visibleLine(`${userName} (id ${userId}) wrote ${place} (chat ${chatId})`);
}
