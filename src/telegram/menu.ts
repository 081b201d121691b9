import type { BotCommand } from "grammy/types";
import type { Config } from "../config/config.ts";
import type { Engine } from "../engine/contract.ts";
import type { Logger } from "../log.ts";
import { operations } from "../operations/index.ts";
import type { Telegram } from "./api.ts";

/**
 * Shows the menu in the chats that may use the bot, and nowhere else: it names projects. A chat that the bot cannot see
 * (yet) goes without.
 */
export async function showMenu(telegram: Telegram, { config, engines, log }: MenuSetup): Promise<void> {
  const commands = menuOf(config, engines);
  const show = (chat_id: number) =>
    telegram
      .call("setMyCommands", { commands, scope: { type: "chat", chat_id } })
      .catch((err: unknown) => log.info({ err, chatId: chat_id }, "menu.not_shown"));
  await Promise.all([...servedChats(config)].map(show));
  await telegram.call("deleteMyCommands", {}).catch((err: unknown) => log.warn({ err }, "menu.not_hidden"));
}

interface MenuSetup {
  readonly config: Config;
  readonly engines: readonly Engine[];
  readonly log: Logger;
}

/** The main chat, the allowed ones, those of projects, and the private chats of allowed people. */
function servedChats({ telegram, projects }: Config): Set<number> {
  if (!telegram) return new Set();
  const ofProjects = [...projects.values()].flatMap(({ chat_id }) => chat_id ?? []);
  return new Set([telegram.chat_id, ...telegram.allowed_chat_ids, ...telegram.allowed_user_ids, ...ofProjects]);
}

/** Telegram takes at most this many, and only such names. */
const MAX_COMMANDS = 100;
const VALID_NAME = /^[a-z0-9_]{1,32}$/;

/** The bot's menu: engines, projects whose alias can be a command, presets, then the commands themselves. */
export function menuOf(config: Config, engines: readonly Engine[]): BotCommand[] {
  const own = operations.map(({ name, summary }) => ({ command: name, description: summary }));
  const chosen: BotCommand[] = [
    ...engines.map(({ id }) => ({ command: id, description: `use engine: ${id}` })),
    ...[...config.projects.keys()].map((alias) => ({ command: alias.toLowerCase(), description: `work on: ${alias}` })),
    ...[...config.presets.keys()].map((name) => ({ command: name, description: `use preset: ${name}` })),
  ];
  const valid = chosen.filter(({ command }) => VALID_NAME.test(command));
  return [...valid.slice(0, MAX_COMMANDS - own.length), ...own];
}
