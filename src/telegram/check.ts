import { createTelegram, Refused, Unreachable } from "./api.ts";

/** What Telegram says of one chat. */
export interface ChatCheck {
  readonly id: number;
  /** `private`, `group`, `supergroup` or `channel`; absent where the bot cannot see the chat. */
  readonly kind?: string;
  readonly title?: string;
  readonly problem?: string;
}

/** What Telegram says of a token and of the chats that the bot is to serve. */
export interface TelegramCheck {
  /** Without `@`; absent where the token is not accepted or Telegram not reached. */
  readonly botName?: string;
  readonly problem?: string;
  /** The host that a webhook sends the bot's messages to: then nothing can be polled. */
  readonly webhookHost?: string;
  readonly chats: readonly ChatCheck[];
}

export interface TelegramQuestion {
  readonly token: string;
  readonly apiRoot: string | undefined;
  readonly chatIds: readonly number[];
  readonly signal: AbortSignal;
}

/** Asks with `getMe`, `getChat` and `getWebhookInfo`, which change nothing. Never throws for what Telegram or the network say. */
export async function checkTelegram({ token, apiRoot, chatIds, signal }: TelegramQuestion): Promise<TelegramCheck> {
  const telegram = createTelegram(token, apiRoot);
  const me = await ask(telegram.call("getMe", undefined, signal));
  if ("problem" in me) return { problem: me.problem, chats: [] };
  const chats = await Promise.all(
    chatIds.map(async (id): Promise<ChatCheck> => {
      const chat = await ask(telegram.call("getChat", { chat_id: id }, signal));
      if ("problem" in chat) return { id, problem: chat.problem };
      const { type: kind, title = chat.answer.first_name } = chat.answer;
      return { id, kind, ...(title === undefined ? {} : { title }) };
    }),
  );
  const webhook = await ask(telegram.call("getWebhookInfo", undefined, signal));
  const url = "answer" in webhook ? (webhook.answer.url ?? "") : "";
  // A webhook's path is often its secret.
  const host = URL.canParse(url) ? new URL(url).host : url;
  return { botName: me.answer.username, chats, ...(host !== "" && { webhookHost: host }) };
}

async function ask<T>(call: Promise<T>): Promise<{ answer: T } | { problem: string }> {
  try {
    return { answer: await call };
  } catch (error) {
    if (error instanceof Refused) return { problem: `Telegram says "${error.reason}"` };
    if (error instanceof Unreachable) return { problem: `Telegram cannot be reached (${error.message})` };
    if (error instanceof Error && error.name === "TimeoutError") return { problem: "Telegram did not answer in time" };
    throw error;
  }
}
