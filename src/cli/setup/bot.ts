import { ConfigError, UserError } from "../../errors.ts";
import type { Telegram } from "../../telegram/api.ts";
import { type Introduction, introduce, removeWebhook } from "../../telegram/introduce.ts";
import type { ApiServer } from "../../telegram/proxy.ts";
import type { Ask } from "./ask.ts";

export interface BotParts {
  readonly ask: Ask;
  /** `--token`. */
  readonly given: string | undefined;
  /** The token in the config as it is. */
  readonly stored: string | undefined;
  readonly server: ApiServer;
  readonly signal: AbortSignal;
}

export interface Bot {
  readonly token: string;
  readonly botName: string;
  readonly telegram: Telegram;
}

const HOW = "In Telegram, message @BotFather, send /newbot, and copy the token.";
const FORM = /^\d{3,}:[\w-]{10,}$/;

/** A token that Telegram accepts, with nothing in the way of polling it. */
export async function findBot(parts: BotParts): Promise<Bot> {
  const bot = await findToken(parts);
  await clearWebhook(bot, parts);
  return bot;
}

type Known = Bot & { readonly webhook: string };

async function findToken({ ask, given, stored, server, signal }: BotParts): Promise<Known> {
  const look = async (token: string): Promise<Known | Exclude<Introduction, { telegram: Telegram }>> => {
    const found = await introduce(token, server, signal);
    return "problem" in found ? found : { token, ...found };
  };
  if (given !== undefined) {
    const found = await look(given);
    if (!("problem" in found)) return found;
    throw found.isToken ? new ConfigError(`${found.problem} about this token: ${HOW}`) : new UserError(found.problem);
  }
  if (stored !== undefined) {
    const found = await look(stored);
    if ("problem" in found) ask.say(`The config's token does not work: ${found.problem}.`);
    else if (await ask.confirm(`Keep the bot @${found.botName}?`, true)) return found;
  }
  ask.say(HOW);
  for (;;) {
    const token = await ask.secret("The bot's token (it is not shown)", (answer) =>
      FORM.test(answer) ? undefined : "A token looks like 123456789:AAE…; copy all of it.",
    );
    const found = await look(token);
    if (!("problem" in found)) return found;
    const hint = found.isToken ? "Copy the token from @BotFather again." : "Check the network, then try again.";
    ask.say(`${found.problem}. ${hint}`);
  }
}

async function clearWebhook({ telegram, botName, webhook }: Known, { ask, signal }: BotParts): Promise<void> {
  ask.say(`This is @${botName}.`);
  if (webhook === "") return;
  ask.say(`A webhook is set on this token (${new URL(webhook).host}): another program gets the bot's messages.`);
  if (!(await ask.confirm("Remove the webhook, so that takopi gets them?", true))) {
    throw new UserError("With the webhook takopi gets no messages: make a bot of its own with @BotFather.");
  }
  await removeWebhook(telegram, signal);
  ask.say("The webhook is removed.");
}
