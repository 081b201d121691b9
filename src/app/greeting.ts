import { setTimeout as delay } from "node:timers/promises";
import type { AppOptions } from "../app.ts";
import { startupNote } from "../chat/note.ts";
import type { Transport } from "../chat/transport.ts";
import { engineOptions } from "../config/engine-options.ts";
import { requireTelegram } from "../config/telegram.ts";
import type { Engine } from "../engine/contract.ts";
import { ConfigError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import { Refused, type Telegram } from "../telegram/api.ts";
import { showMenu } from "../telegram/menu.ts";
import { readVersion } from "../version.ts";

/** Asks Telegram who the bot is, for as long as there is no network. undefined once `signal` has aborted. */
export async function whoAmI(telegram: Telegram, log: Logger, signal: AbortSignal) {
  for (let waitMs = 500; !signal.aborted; waitMs = Math.min(waitMs * 2, 30_000)) {
    try {
      return await telegram.call("getMe", undefined, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      if (error instanceof Refused && (error.code === 401 || error.code === 404)) {
        throw new ConfigError(
          "Telegram does not know this bot token: set transports.telegram.bot_token to the one from @BotFather.",
        );
      }
      log.warn({ err: error, waitMs }, "telegram.unreachable");
      await delay(waitMs, undefined, { signal }).catch(() => {});
    }
  }
  return undefined;
}

interface Greeting {
  readonly telegram: Telegram;
  readonly transport: Transport;
  readonly store: Store;
}

/** Sets the menu and tells the main chat that the bridge is there; neither is waited for. */
export async function greet({ config, engines, env, home, log }: AppOptions, { telegram, transport, store }: Greeting) {
  const chatId = String(requireTelegram(config).chat_id);
  try {
    void showMenu(telegram, { config, engines, log });
    const setupOf = (engine: Engine) => ({ options: engineOptions(config, engine, undefined), env });
    const note = await startupNote({ config, engines, version: readVersion(), home, setupOf });
    const target = { chatId, topicId: null, replyTo: null };
    store.deliveries.keepReply(chatId, await transport.send(target, note, { isSilent: true, urgency: "note" }));
  } catch (error) {
    log.warn({ err: error }, "bridge.greeting");
  }
}
