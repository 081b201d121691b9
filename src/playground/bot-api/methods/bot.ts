import type { BotCommand } from "@grammyjs/types";
import { z } from "zod";
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
  if (scope(args) === "") world.changes.emit({ type: "commands", commands });
  return true;
}

export function getMyCommands({ world, args }: MethodCall): readonly BotCommand[] {
  return world.commands.get(scope(args)) ?? [];
}

export function deleteMyCommands({ world, args }: MethodCall): true {
  world.commands.delete(scope(args));
  if (scope(args) === "") world.changes.emit({ type: "commands", commands: [] });
  return true;
}

function scope(args: Args): string {
  const value = args.json("scope");
  const text = JSON.stringify(value ?? "") + args.text("language_code");
  return text === '""' || text === '{"type":"default"}' ? "" : text;
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
