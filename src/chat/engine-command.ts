import { resolvePrompt } from "../bridge/resolve.ts";
import type { Answer } from "./answers.ts";
import type { DispatchParts } from "./dispatch.ts";
import type { Incoming } from "./incoming.ts";
import { toButton } from "./told.ts";

type Parts = Pick<DispatchParts, "bridge" | "store" | "config" | "engines" | "engineOverride" | "botName" | "log">;

/**
 * The answer to a command that is none of takopi's: the engine in force is asked whether it has the command, and a
 * button sends it there.
 */
export function offerToEngine(
  message: Incoming,
  command: { readonly name: string; readonly args: string; readonly refusal: string },
  parts: Parts,
): Answer | Promise<Answer> {
  const { bridge, store, engines, log } = parts;
  const body = command.refusal;
  const { engine: id, resume, context } = resolvePrompt({ ...message, text: "" }, { ...parts, config: parts.config() });
  const engine = engines.find((one) => one.id === id);
  if (!engine?.operations.commands) return { body };
  const nothing = (err: unknown) => {
    log.info({ err, engine: id }, "commands.unknown");
    return [];
  };
  return bridge.threads
    .commands(engine, context?.project ?? null)
    .catch(nothing)
    .then((names) => {
      // Telegram's own commands have no other signs.
      const name = names.find((one) => one.toLowerCase().replace(/\W/g, "_") === command.name);
      if (name === undefined) return { body };
      const place = resume === undefined ? { engine: id, ...context } : { session: resume };
      const input = { prompt: `/${name} ${command.args}`.trim(), command: true, ...place };
      const button = toButton({ label: `Send to ${engine.label}`, operation: "send", input }, message.chatId, store);
      return { body: `${body} ${engine.label} has a command of that name.`, buttons: [[button]] };
    });
}
