import { join } from "node:path";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { openControl } from "./app/control.ts";
import { endOfBridge } from "./app/drain.ts";
import { greet, whoAmI } from "./app/greeting.ts";
import { toolsElsewhere, withMachines } from "./app/machines.ts";
import { movedChats } from "./app/moved-chats.ts";
import { runTools } from "./app/run-tools.ts";
import { keepHistory, tellHealth, tellUnknown, tellWarnings } from "./app/upkeep.ts";
import { Bridge } from "./bridge/bridge.ts";
import { conversationOfRun } from "./bridge/resolve.ts";
import { scheduleRuns } from "./bridge/scheduled-runs.ts";
import { triggerRuns } from "./bridge/triggered-runs.ts";
import { ChatCards } from "./chat/cards.ts";
import { Dispatcher } from "./chat/dispatch.ts";
import { sayIn } from "./chat/say.ts";
import { ChatScreens } from "./chat/screens.ts";
import type { Config } from "./config/config.ts";
import { liveConfig } from "./config/live.ts";
import { requireTelegram } from "./config/telegram.ts";
import { operationHandler } from "./control/operation-handler.ts";
import type { Engine } from "./engine/contract.ts";
import { keepRoom } from "./later.ts";
import type { Logger } from "./log.ts";
import { operations } from "./operations/index.ts";
import { missingEngines } from "./operations/scope.ts";
import { takeLock } from "./store/lock.ts";
import { openStore } from "./store/store.ts";
import type { StoredRun } from "./store/stored-run.ts";
import { createTelegram } from "./telegram/api.ts";
import { findLostProgress } from "./telegram/lost-progress.ts";
import { showMenu } from "./telegram/menu.ts";
import { Outbox, type Pace } from "./telegram/outbox.ts";
import { poll } from "./telegram/poller.ts";
import { telegramTransport } from "./telegram/transport.ts";
import { transcriber } from "./voice/transcribe.ts";
import { listenForWebhooks } from "./webhooks/listen.ts";
import { LocalWorker } from "./worker/local.ts";

export interface AppOptions {
  readonly config: Config;
  /** Reads the config again, for `watch_config`. @throws ConfigError */
  readonly reload: () => Config;
  readonly engines: readonly Engine[];
  /** `takopi <engine>`: for new threads, over the configured default. */
  readonly engineOverride?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The directory of runs without a project, absolute. */
  readonly home: string;
  readonly log: Logger;
  /** Ends the bridge. */
  readonly signal: AbortSignal;
  /** Has this called at the second signal, in place of what that does otherwise. */
  readonly onSecondSignal?: ((act: () => void) => void) | undefined;
  readonly pace?: Pace;
  /** Decides who carries runs out; those that the config names unless set. */
  readonly workers?: typeof withMachines | undefined;
}

/** Shares of the 10 s that a shutdown may take: runs get 2 s, warm servers 3 s. */
const DELIVER_ON_EXIT_MS = 4_000;

/**
 * Runs the bridge until `signal` aborts, or until what runs then has ended, then ends its engines, tells the chats, and returns.
 *
 * @throws ConfigError for what must be fixed in the config or state file; UserError if another bridge runs.
 */
export async function runBridge(options: AppOptions): Promise<void> {
  const { engines, env, home, log, signal } = options;
  const { directory } = options.config;
  const { bot_token, ...server } = requireTelegram(options.config);
  keepRoom();
  const lock = takeLock(join(directory, "takopi.lock"));
  const onNoBackup = (err: unknown) => log.warn({ err }, "state.not_backed_up");
  const store = openStore(join(directory, "takopi.db"), { isStart: true, onNoBackup });
  store.conversations.moveHome(home);
  const ended = new AbortController();
  const telegram = createTelegram(bot_token, server, ended.signal);
  const asked = whoAmI(telegram, log, signal);
  // Its failure is thrown where it is awaited.
  asked.catch(() => {});
  const outbox = new Outbox(telegram, log, options.pace);
  const now = () => Date.now();
  const mainChat = () => String(requireTelegram(config()).chat_id);
  const deliver = (): void => screens.deliver();
  const tellMain = (body: string) => {
    store.deliveries.add({ chatId: mainChat(), body, createdAt: now() });
    deliver();
  };
  const live = liveConfig({
    ...options,
    onChange: (_changed, atRestart) => {
      log.info({ atRestart }, "config.reloaded");
      if (atRestart.length > 0) tellMain(`The config was read again; ${atRestart.join(", ")} takes a restart.`);
      tellMenu();
    },
    onRefused: (reason) => {
      log.warn({ reason }, "config.refused");
      tellMain(`The changed config is not used: ${reason}`);
    },
  });
  const { config, learn: onMoved } = movedChats({
    ...{ config: live, store, log },
    onMoved: (chatId, text) => {
      tellMain(text);
      for (const key of store.questions.openIn(chatId)) cards.show(key);
      tellMenu();
    },
  });
  const style = () => ({
    ...requireTelegram(config()),
    goesOn: (run: StoredRun) => conversationOfRun(run, config()) !== undefined,
    machineOf: (project: string) => config().projects.get(project)?.machine,
  });
  const transport = telegramTransport({
    ...{ telegram, token: bot_token, server, outbox, store, mainChat, config, style, log, onMoved },
  });
  const cards = new ChatCards({ transport, store, log });
  const socket = join(directory, "takopi.sock");
  const tools = await runTools(directory, socket);
  const onUnknown = tellUnknown({ store, tellMain, now, log });
  const local = new LocalWorker({ config, engines, env, home, servers: store.liveServers, tools, log, onUnknown });
  const { callTool, serve: serveTools } = toolsElsewhere();
  const worker = await (options.workers ?? withMachines)(local, { config, log, now, callTool });
  const openFile = worker.read.bind(worker);
  const screens = new ChatScreens({ transport, store, engines, style, openFile, log });
  const { engineOverride } = options;
  const common = { config, engines, engineOverride, store, log, now, deliver };
  const triggers = triggerRuns({ ...common, bridge: () => bridge });
  const bridge: Bridge = new Bridge({
    ...{ config, engines, store, worker, screens, cards, fileSource: transport, log, now, watcher: triggers },
  });
  const tellMenu = () => {
    const missing = missingEngines({ bridge, config: config(), engines }, undefined);
    const there = engines.filter(({ id }) => !missing.includes(id));
    void showMenu(telegram, { config: config(), engines: there, log });
  };
  try {
    const me = await asked;
    if (!me) return;
    const schedules = scheduleRuns({ ...common, bridge });
    const dispatcher = new Dispatcher({
      ...common,
      ...{ bridge, cards, schedules, transport, botName: me.username },
      transcribe: transcriber({ config, env, fetchFile: transport.fetchFile, log }),
    });
    await findLostProgress({ store, telegram, log, signal });
    await bridge.recover();
    dispatcher.recover();
    schedules.start();
    triggers.start();
    const webhooks = await listenForWebhooks({ ...common, env, onReceived: () => triggers.takeWebhooks() });
    const parts = {
      ...{ bridge, schedules, store, engines, operations, engineOverride },
      ...{ chats: transport.chats, botName: me.username, say: sayIn(common) },
    };
    const handle = operationHandler(() => ({ ...parts, config: config(), now: now() }), mainChat);
    serveTools(handle);
    const control = await openControl(socket, log, handle);
    log.info(
      { bot: me.username, engines: engines.map(({ id }) => id), projects: config().projects.size },
      "bridge.ready",
    );
    const closeClocks = () => {
      schedules.close();
      triggers.close();
    };
    const { onSecondSignal } = options;
    const polled = poll({
      telegram,
      signal: endOfBridge({ signal, config, bridge, log, tellMain, onDrain: closeClocks, onSecondSignal }),
      log,
      receive: (updates) => dispatcher.receive(updates.map((body) => ({ id: body.update_id, body }))),
      onPoll: (problem) => tellHealth(store, problem, { log, now }),
      onConflict: tellMain,
    });
    // Nobody waits for what follows: the first poll leaves before it.
    await nextTurn();
    void greet(options, { transport, store, look: bridge.look, onProbed: tellMenu });
    tellWarnings(config(), { store, tellMain, now });
    keepHistory(config, { store, log, now, signal });
    await polled;
    await webhooks?.close();
    closeClocks();
    await control?.close();
    // The dispatcher stores what it gives up, and the next start runs it.
    const closed = bridge.close();
    dispatcher.close();
    await closed;
    await worker.close();
    deliver();
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
