import type { Origin } from "../chat/incoming.ts";
import type { Config } from "../config/config.ts";

/**
 * Whether the bot listens: the chat must be the main one, an allowed one, a project's, or an allowed user's own; and if
 * `allowed_user_ids` names anybody, the sender must be among them. Other bots never may, and without a Telegram config
 * nobody may.
 */
export function isAllowed({ chatId, userId, isBot }: Origin, config: Config): boolean {
  const { telegram } = config;
  if (!telegram || isBot) return false;
  const users = telegram.allowed_user_ids.map(String);
  if (users.length > 0 && (userId === undefined || !users.includes(userId))) return false;
  return (
    [telegram.chat_id, ...telegram.allowed_chat_ids].map(String).includes(chatId) ||
    users.includes(chatId) ||
    [...config.projects.values()].some(({ chat_id }) => String(chat_id) === chatId)
  );
}

/** As Telegram shows administrators who write in their group's name. */
const ANONYMOUS_ADMIN = "1087968824";

/** Text for the log about a sender who was refused, if there is more to say than the id. */
export function hintOn({ userId, isBot }: Origin): string | undefined {
  if (userId === ANONYMOUS_ADMIN)
    return "an administrator who writes anonymously: nobody can tell who; switch 'Remain anonymous' off in the group";
  return isBot ? "another bot; only people may use this one" : undefined;
}
