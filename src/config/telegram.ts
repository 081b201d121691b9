import { ConfigError } from "../errors.ts";
import type { Config, TelegramConfig } from "./config.ts";

/**
 * The settings that the bridge needs to talk to Telegram.
 *
 * @throws ConfigError if token or chat are missing, or if a group is open to all of its members by accident.
 */
export function requireTelegram(config: Config): TelegramConfig {
  const { file, telegram } = config;
  if (!telegram) {
    const place = file ?? `${config.directory}/takopi.toml`;
    throw new ConfigError(
      `${place}: transports.telegram needs bot_token (from @BotFather) and chat_id (your chat with the bot); run \`takopi setup\`, or try \`takopi demo\`, which needs neither.`,
    );
  }
  const problem = openGroup(config);
  if (problem) throw new ConfigError(`${file ?? "config"}: ${problem}`);
  return telegram;
}

/** Why the bridge may not serve its groups as configured, with the fix; undefined if it may. */
export function openGroup({ telegram, projects }: Config): string | undefined {
  if (!telegram || telegram.allow_group_members || telegram.allowed_user_ids.length > 0) return undefined;
  const chats: [number | undefined, string][] = [
    [telegram.chat_id, "transports.telegram.chat_id"],
    ...telegram.allowed_chat_ids.map((id): [number, string] => [id, "transports.telegram.allowed_chat_ids"]),
    ...[...projects.values()].map((one): [number | undefined, string] => [
      one.chat_id,
      `projects.${one.alias}.chat_id`,
    ]),
  ];
  // Telegram gives groups and channels negative ids, and people positive ones.
  const group = chats.find(([id]) => id !== undefined && id < 0);
  if (!group) return undefined;
  return `${group[1]} ${group[0]} is a group, and every member could run commands on this machine; list who may in transports.telegram.allowed_user_ids, or set allow_group_members = true there.`;
}
