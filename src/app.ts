import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Bridge } from "./bridge/bridge.ts";
import { scheduleRuns } from "./bridge/scheduled-runs.ts";
import { ChatCards } from "./chat/cards.ts";
import { Dispatcher } from "./chat/dispatch.ts";
import { greet } from "./chat/note.ts";
import { ChatScreens } from "./chat/screens.ts";
import type { Config } from "./config/config.ts";
import { engineOptions } from "./config/engine-options.ts";
import { liveConfig } from "./config/live.ts";
import { requireTelegram } from "./config/telegram.ts";
import { warningNote } from "./config/warnings.ts";
import { operationHandler } from "./control/operation-handler.ts";
import { serveControl } from "./control/server.ts";
import { MS_PER_DAY } from "./domain/time.ts";
import type { Engine } from "./engine/contract.ts";
import { ConfigError } from "./errors.ts";
import type { Logger } from "./log.ts";
import { operations } from "./operations/index.ts";
import type { Access } from "./operations/operation.ts";
import { takeLock } from "./store/lock.ts";
import { openStore, type Store } from "./store/store.ts";
import { createTelegram, Refused, type Telegram } from "./telegram/api.ts";
import { findLostProgress } from "./telegram/lost-progress.ts";
import { showMenu } from "./telegram/menu.ts";
import { Outbox, type Pace } from "./telegram/outbox.ts";
import { poll } from "./telegram/poller.ts";
import { telegramTransport } from "./telegram/transport.ts";
import { readVersion } from "./version.ts";
import { LocalWorker } from "./worker/local.ts";

export interface AppOptions {
  readonly config: Config;
  /** Reads the config again, for `watch_config`. @throws ConfigError */
  readonly reload: () => Config;
  readonly engines: readonly Engine[];
  /** `takopi <engine>`: for new threads, over the configured default. */
  readonly engineOverride?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where runs without a project work, absolute. */
  readonly home: string;
  readonly log: Logger;
  /** Ends the bridge. */
  readonly signal: AbortSignal;
  readonly pace?: Pace;
}

/** Telegram repeats no update that is older than a day. */
const UPDATES_KEPT_MS = 2 * MS_PER_DAY;
/** Of the 10 s that a shutdown may take: runs get 2 s, warm servers 3 s. */
const DELIVER_ON_EXIT_MS = 4_000;

/**
 * Runs the bridge until `signal` aborts, then ends its engines, tells the chats, and returns.
 *
 * @throws ConfigError for what must be mended in the config or state file; UserError where another bridge runs.
 */
export async function runBridge(options: AppOptions): Promise<void> {
  const { engines, env, home, log, signal } = options;
  const { directory } = options.config;
  const { bot_token, chat_id, ...server } = requireTelegram(options.config);
  const lock = takeLock(join(directory, "takopi.lock"));
  const onNoBackup = (err: unknown) => log.warn({ err }, "state.not_backed_up");
  const store = openStore(join(directory, "takopi.db"), { isStart: true, onNoBackup });
  const ended = new AbortController();
  const telegram = createTelegram(bot_token, server, ended.signal);
  const outbox = new Outbox(telegram, log, options.pace);
  const now = () => Date.now();
  const tellMain = (body: string) => {
    store.deliveries.add({
      runId: null,
      chatId: String(chat_id),
      topicId: null,
      replyTo: null,
      body,
      createdAt: now(),
    });
    screens.deliver();
  };
  const config = liveConfig({
    ...options,
    onChange: (changed, atRestart) => {
      log.info({ atRestart }, "config.reloaded");
      if (atRestart.length > 0) tellMain(`The config was read again; ${atRestart.join(", ")} takes a restart.`);
      void showMenu(telegram, { config: changed, engines, log });
    },
    onRefused: (reason) => {
      log.warn({ reason }, "config.refused");
      tellMain(`The changed config is not used: ${reason}`);
    },
  });
  const style = () => requireTelegram(config());
  const mainChat = String(chat_id);
  const transport = telegramTransport({ telegram, outbox, store, mainChat, config, style, log });
  const screens = new ChatScreens({ transport, store, engines, style, log, now });
  const cards = new ChatCards({ transport, store, log });
  const worker = new LocalWorker({ config, engines, env, home, servers: store.liveServers, log });
  const bridge = new Bridge({ config, engines, store, worker, screens, cards, log, now });
  try {
    const me = await whoAmI(telegram, log, signal);
    if (!me) return;
    const dispatcher = new Dispatcher({
      ...{ config, engines, store, cards, log, now },
      engineOverride: options.engineOverride,
      bridge,
      transport,
      botName: me.username,
      deliver: () => screens.deliver(),
    });
    const schedules = scheduleRuns({
      ...{ bridge, config, engines, store, now, log },
      engineOverride: options.engineOverride,
      deliver: () => screens.deliver(),
    });
    await findLostProgress({ store, telegram, log, signal });
    await bridge.recover();
    dispatcher.recover();
    schedules.start();
    const control = await openControl(join(directory, "takopi.sock"), log, {
      ...{ bridge, store, engines, operations, botName: me.username, engineOverride: options.engineOverride },
      ...{ config, now, mainChat },
    });
    log.info(
      { bot: me.username, engines: engines.map(({ id }) => id), projects: config().projects.size },
      "bridge.ready",
    );
    void showMenu(telegram, { config: options.config, engines, log });
    const setupOf = (engine: Engine) => ({ options: engineOptions(options.config, engine, undefined), env });
    const note = { config: options.config, engines, version: readVersion(), home, setupOf };
    void greet(note, { transport, store, log });
    tellWarnings(config(), { store, tellMain, now });
    keepHistory(config, { store, log, now, signal });
    await poll({
      telegram,
      signal,
      log,
      receive: (updates) => dispatcher.receive(updates.map((body) => ({ id: body.update_id, body }))),
      onPoll: (problem) => tellHealth(store, problem, { log, now }),
    });
    schedules.close();
    await control?.close();
    // What the dispatcher lets go of is stored then, and runs at the next start.
    const closed = bridge.close();
    dispatcher.close();
    await closed;
    await worker.close();
    screens.deliver();
    await Promise.race([
      Promise.all([dispatcher.idle(), screens.idle(), cards.idle()]),
      delay(DELIVER_ON_EXIT_MS, undefined, { ref: false }),
    ]);
  } finally {
    ended.abort(new Error("takopi ended"));
    outbox.close();
    screens.close();
    store.close();
    lock.release();
    log.info({}, "bridge.ended");
  }
}

/** People look at the chat, not at the log: what has no effect is said there, once. */
function tellWarnings({ warnings }: Config, { store, tellMain, now }: WarningParts): void {
  const fresh = warnings.filter((warning) => store.history.tellsFirst(warning, now()));
  if (fresh.length > 0) tellMain(warningNote(fresh));
}

interface WarningParts {
  readonly store: Store;
  readonly tellMain: (body: string) => void;
  readonly now: () => number;
}

/** Forgets what need not be kept, now and once a day. */
function keepHistory(config: () => Config, { store, log, now, signal }: HistoryParts): void {
  const prune = () => {
    try {
      store.updates.prune(now() - UPDATES_KEPT_MS);
      const { keep_days } = config().limits;
      if (keep_days !== undefined)
        log.info({ runs: store.history.prune(now() - keep_days * MS_PER_DAY) }, "history.pruned");
    } catch (error) {
      log.warn({ err: error }, "history.kept");
    }
  };
  prune();
  const timer = setInterval(prune, MS_PER_DAY).unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

interface HistoryParts {
  readonly store: Store;
  readonly log: Logger;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

type ControlParts = Omit<Access, "config" | "now"> & {
  readonly config: () => Config;
  readonly now: () => number;
  readonly mainChat: string;
};

/** Without a socket, as where its path is too long, the bridge still serves its chats. */
async function openControl(path: string, log: Logger, { config, now, mainChat, ...parts }: ControlParts) {
  const handle = operationHandler(() => ({ ...parts, config: config(), now: now() }), mainChat);
  try {
    return await serveControl({ path, version: readVersion(), handle, log });
  } catch (error) {
    log.error({ err: error, path }, "control.not_opened");
    return undefined;
  }
}

/** A line that cannot be written must not end the polling that it tells of. */
function tellHealth(store: Store, problem: string | undefined, { log, now }: { log: Logger; now: () => number }): void {
  try {
    if (problem === undefined) store.health.polled(now());
    else store.health.failed(problem);
  } catch (error) {
    log.error({ err: error }, "health.unwritten");
  }
}

/** Asks Telegram who the bot is, for as long as there is no network. undefined once `signal` has aborted. */
async function whoAmI(telegram: Telegram, log: Logger, signal: AbortSignal) {
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
