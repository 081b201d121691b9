import type { BotCommand } from "grammy/types";
import { commands } from "../chat/commands/index.ts";
import type { Config } from "../config/config.ts";
import type { Engine } from "../engine/contract.ts";

/** Telegram takes at most this many, and only such names. */
const MAX_COMMANDS = 100;
const VALID_NAME = /^[a-z0-9_]{1,32}$/;

/** The bot's menu: engines, projects whose alias can be a command, then the commands themselves. */
export function menuOf(config: Config, engines: readonly Engine[]): BotCommand[] {
  const own = commands
    .filter(({ name }) => name !== "start")
    .map(({ name, description }) => ({ command: name, description }));
  const chosen: BotCommand[] = [
    ...engines.map(({ id }) => ({ command: id, description: `use engine: ${id}` })),
    ...[...config.projects.keys()].map((alias) => ({ command: alias.toLowerCase(), description: `work on: ${alias}` })),
  ];
  const valid = chosen.filter(({ command }) => VALID_NAME.test(command));
  return [...valid.slice(0, MAX_COMMANDS - own.length), ...own];
}
