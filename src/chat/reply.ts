import { conversationKey } from "../bridge/resolve.ts";
import type { ChatCommand } from "./commands/command.ts";
import { commands } from "./commands/index.ts";
import type { DispatchParts } from "./dispatch.ts";
import type { Intent } from "./intent.ts";

/** Carries a command out; gives what to say to it. */
export function obey(
  { message, name, args }: Extract<Intent, { type: "command" }>,
  dispatch: DispatchParts,
): ReturnType<ChatCommand["run"]> {
  const { engines, store, bridge, now } = dispatch;
  const known = commands.find((command) => command.name === name);
  if (!known) return `I do not know \`/${name}\`. \`/help\` lists what I can do here.`;
  const parts = { ...dispatch, config: dispatch.config() };
  const asked = { ...message, conversation: conversationKey(message, parts.config) };
  return known.run({
    ...{ message, args, bridge, store, config: parts.config, engines, now: now(), asked },
    thread: () => bridge.threads.find(message, parts),
    target: () => bridge.threads.target(message, parts),
  });
}
