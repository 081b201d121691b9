import type { Origin } from "../chat/incoming.ts";
import type { Config } from "../config/config.ts";

/**
 * Whether the bot listens: the chat must be the main one, an allowed one, a project's, or an allowed user's own; and
 * where `allowed_user_ids` names anybody, the sender must be named. Without a Telegram config nobody may.
 */
export function isAllowed({ chatId, userId }: Origin, config: Config): boolean {
  const { telegram } = config;
  if (!telegram) return false;
  const users = telegram.allowed_user_ids.map(String);
  if (users.length > 0 && (userId === undefined || !users.includes(userId))) return false;
  return (
    [telegram.chat_id, ...telegram.allowed_chat_ids].map(String).includes(chatId) ||
    users.includes(chatId) ||
    [...config.projects.values()].some(({ chat_id }) => String(chat_id) === chatId)
  );
}
