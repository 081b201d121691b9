import type { BotCommand } from "@grammyjs/types";
import { z } from "zod";
import type { ChatRoom } from "../../world/chats.ts";
import { PERSON, type World } from "../../world/world.ts";
import { badRequest } from "../api-error.ts";
import type { Args } from "../args.ts";
import type { MethodCall } from "../method.ts";

const MAX_COMMANDS = 100;
const MAX_ANSWER_UNITS = 200;
const Commands = z.array(z.object({ command: z.string(), description: z.string() }));

export function setMyCommands({ world, args }: MethodCall): true {
  const parsed = Commands.safeParse(args.json("commands") ?? []);
  if (!parsed.success) throw badRequest("expected an Array of BotCommand");
  if (parsed.data.length > MAX_COMMANDS) throw badRequest("BOT_COMMANDS_TOO_MUCH");
  for (const { command, description } of parsed.data) {
    if (!/^\/?[a-z0-9_]{1,32}$/.test(command)) throw badRequest("BOT_COMMAND_INVALID");
    if (description.length < 1 || description.length > 256) throw badRequest("BOT_COMMAND_DESCRIPTION_INVALID");
  }
  const commands = parsed.data.map((entry) => ({ ...entry, command: entry.command.replace(/^\//, "") }));
  world.commands.set(scope(args), commands);
  tellCommands(world);
  return true;
}

export function getMyCommands({ world, args }: MethodCall): readonly BotCommand[] {
  return world.commands.get(scope(args)) ?? [];
}

export function deleteMyCommands({ world, args }: MethodCall): true {
  world.commands.delete(scope(args));
  tellCommands(world);
  return true;
}

/** The menu of a chat: the list of its narrowest scope, as Telegram's clients choose it. */
export function commandsOf(world: World, { chat }: ChatRoom): readonly BotCommand[] {
  const wide = chat.type === "private" ? "all_private_chats" : "all_group_chats";
  const scopes = [`chat_member:${chat.id}:${PERSON.id}`, `chat:${chat.id}`, wide, "default"];
  return scopes.map((key) => world.commands.get(key)).find((commands) => commands !== undefined) ?? [];
}

function tellCommands(world: World): void {
  for (const room of world.rooms.values()) {
    world.changes.emit({ type: "commands", chat_id: room.id, commands: commandsOf(world, room) });
  }
}

/** As in `commandsOf`; lists for one language are kept apart and shown to nobody. */
function scope(args: Args): string {
  const { type = "default", chat_id, user_id } = (args.json("scope") ?? {}) as Record<string, unknown>;
  return [type, chat_id, user_id].filter((part) => part !== undefined).join(":") + args.text("language_code");
}

export function answerCallbackQuery({ world, args }: MethodCall): true {
  const pressId = args.text("callback_query_id");
  if (!world.presses.has(pressId)) {
    throw badRequest("query is too old and response timeout expired or query ID is invalid");
  }
  const text = args.text("text");
  if (text.length > MAX_ANSWER_UNITS) throw badRequest("MESSAGE_TOO_LONG");
  const answer = { ...(text !== "" && { text }), ...(args.flag("show_alert") && { show_alert: true }) };
  world.presses.set(pressId, answer);
  world.changes.emit({ type: "answer", press_id: pressId, ...answer });
  return true;
}
