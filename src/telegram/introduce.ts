import { BOUNDS } from "../bounds.ts";
import { createTelegram, Refused, type Telegram, Unreachable } from "./api.ts";
import type { ApiServer } from "./proxy.ts";

/** The bot behind a token, or why there is none. */
export type Introduction =
  | { readonly telegram: Telegram; readonly botName: string; readonly webhook: string }
  | { readonly problem: string; readonly isToken: boolean };

/** A person who wrote to the bot, and the chat. */
export interface Sender {
  readonly chatId: number;
  /** `private`, `group`, `supergroup` or `channel`. */
  readonly chatKind: string;
  /** Absent in a private chat. */
  readonly chatTitle: string | undefined;
  readonly userId: number;
  readonly userName: string;
}

const POLL_S = 25;

/** Asks Telegram whose token it is, and whether a webhook is set on it. Never throws for what Telegram says. */
export async function introduce(token: string, server: ApiServer, signal: AbortSignal): Promise<Introduction> {
  const telegram = createTelegram(token, server);
  const bounded = () => AbortSignal.any([signal, AbortSignal.timeout(BOUNDS.telegram.checkMs)]);
  try {
    const { username: botName } = await telegram.call("getMe", undefined, bounded());
    const { url } = await telegram.call("getWebhookInfo", undefined, bounded());
    return { telegram, botName, webhook: url ?? "" };
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof Refused) return { problem: `Telegram says "${error.reason}"`, isToken: error.code !== 429 };
    if (error instanceof Unreachable)
      return { problem: `Telegram cannot be reached (${error.message})`, isToken: false };
    return { problem: "Telegram did not answer in time", isToken: false };
  }
}

/** Updates that wait are kept for whoever polls next. */
export const removeWebhook = (telegram: Telegram, signal: AbortSignal): Promise<true> =>
  telegram.call("deleteWebhook", { drop_pending_updates: false }, signal);

/**
 * Everybody who writes to the bot, as they do. What was taken is confirmed to Telegram, so that it becomes no task.
 *
 * @param fresh Leave out what was written before.
 * @throws Refused, Unreachable, or `signal.reason`.
 */
export async function* senders(telegram: Telegram, fresh: boolean, signal: AbortSignal): AsyncGenerator<Sender> {
  const bounded = () => AbortSignal.any([signal, AbortSignal.timeout(BOUNDS.telegram.setupPollMs)]);
  const take = (offset: number, timeout: number) =>
    telegram.call("getUpdates", { offset, timeout, limit: 100, allowed_updates: ["message"] }, bounded());
  let offset = 0;
  if (fresh) for (let old = await take(0, 0); old.length > 0; old = await take(offset, 0)) offset = after(old, offset);
  for (;;) {
    const updates = await take(offset, POLL_S);
    for (const { update_id, message } of updates) {
      offset = update_id + 1;
      if (!message?.from || message.from.is_bot) continue;
      await take(offset, 0);
      const { chat, from } = message;
      const userName = [from.first_name, from.username ? `@${from.username}` : ""].filter(Boolean).join(", ");
      yield { chatId: chat.id, chatKind: chat.type, chatTitle: chat.title, userId: from.id, userName };
    }
  }
}

const after = (updates: readonly { update_id: number }[], offset: number): number =>
  (updates.at(-1)?.update_id ?? offset - 1) + 1;
