import { setTimeout as delay } from "node:timers/promises";
import type { AppOptions } from "../app.ts";
import { type Found, startupNote } from "../chat/note.ts";
import type { Transport } from "../chat/transport.ts";
import type { Probe } from "../engine/contract.ts";
import { ConfigError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import { Refused, type Telegram } from "../telegram/api.ts";
import { readVersion } from "../version.ts";
import type { Worker } from "../worker/port.ts";

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
  readonly transport: Transport;
  readonly store: Store;
  readonly look: Worker["look"];
  /** Called once it is known which engines are there. */
  readonly onProbed: () => void;
}

/** Tells the main chat at once that the bridge is there; adds the state of the engines when it is known. */
export async function greet(options: AppOptions, { transport, store, look, onProbed }: Greeting): Promise<void> {
  const { config, engines, home, log } = options;
  const target = { chatId: transport.mainChat, topicId: null, replyTo: null };
  const parts = { config, engines, version: readVersion(), home };
  const how = { isSilent: true, urgency: "note" } as const;
  try {
    const sent = transport.send(target, startupNote(parts, new Map()), how);
    const probed = probeAll(options, look).then((found) => {
      onProbed();
      return found;
    });
    const [messageId, found] = await Promise.all([sent, probed]);
    store.deliveries.keepReply(target.chatId, messageId);
    await transport.edit(target.chatId, messageId, startupNote(parts, found), how);
  } catch (error) {
    log.warn({ err: error }, "bridge.greeting");
  }
}

/** How long an engine may take to tell its version before the note says that it is slow. */
const SLOW_MS = 15_000;

async function probeAll({ engines }: AppOptions, look: Worker["look"]): Promise<Found> {
  const probes = engines.map(async ({ id: engine }): Promise<[string, Probe | "slow"]> => {
    const slow = new Promise<"slow">((resolve) => setTimeout(resolve, SLOW_MS, "slow" as const).unref());
    return [engine, await Promise.race([look("probe", { engine }), slow])];
  });
  return new Map(await Promise.all(probes));
}
