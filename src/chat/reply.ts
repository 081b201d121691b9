import { conversationKey } from "../bridge/resolve.ts";
import { parseCommand } from "../domain/directives.ts";
import type { ChatCommand } from "./commands/command.ts";
import { commands } from "./commands/index.ts";
import type { DispatchParts } from "./dispatch.ts";
import type { Incoming } from "./incoming.ts";

/** What to say to a message that is neither a prompt nor part of one; undefined where nobody asked. */
export function replyTo(message: Incoming, dispatch: DispatchParts): ReturnType<ChatCommand["run"]> {
  const { config, engines, store, bridge, botName, now } = dispatch;
  if (message.attachment) return `I cannot read a ${message.attachment} yet: send the task as text.`;
  const command = parseCommand(message.text);
  if (!command || (command.bot && command.bot.toLowerCase() !== botName.toLowerCase())) return undefined;
  const known = commands.find(({ name }) => name === command.name);
  if (!known) return `I do not know \`/${command.name}\`. \`/help\` lists what I can do here.`;
  const parts = { ...dispatch, config: config() };
  const asked = { ...message, conversation: conversationKey(message, parts.config) };
  return known.run({
    ...{ message, args: command.args, bridge, store, config: parts.config, engines, now: now(), asked },
    thread: () => bridge.threads.find(message, parts),
    target: () => bridge.threads.target(message, parts),
  });
}
