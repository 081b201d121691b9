import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Message } from "@grammyjs/types";
import { onTestFinished } from "vitest";
import { makeEngine } from "../../runners/index.ts";
import { runBridge } from "../../src/app.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Engine } from "../../src/engine/contract.ts";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../src/playground/emulator.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import type { Pace } from "../../src/telegram/outbox.ts";
import { type LogEntry, recordingLog } from "../engine/toy.ts";
import { runElsewhere } from "./elsewhere.ts";
import { patient } from "./patient.ts";
import { scriptedEngine } from "./scripted-engine.ts";
import { BUSY, OUTCOME, pressIn, textOf } from "./told.ts";
import { UNPACED } from "./unpaced.ts";

export { BUSY, OUTCOME, textOf };

export interface StageOptions {
  /** Lines of takopi.toml below `[transports.telegram]`. */
  readonly telegram?: string;
  /** Further tables of takopi.toml; `default_engine` and the like come in `top`. */
  readonly tables?: string;
  readonly top?: string;
  /** "alpha" unless told otherwise. */
  readonly defaultEngine?: string;
  readonly engines?: readonly Engine[];
  readonly emulator?: EmulatorOptions;
  readonly env?: Record<string, string>;
  /** Without Telegram's limits unless told otherwise: they would only make a test wait. */
  readonly pace?: Pace;
  /** Who may use the bot besides the person. */
  readonly allowed?: readonly number[];
  /** Another bridge with the same bot. */
  readonly beside?: Stage;
  /** Puts files into the bridge's folder before it starts, and messages into its chats. */
  readonly prepare?: (directory: string, emulator: Emulator) => Promise<void>;
  /** How long anything may take, ms. Shorter than a test unless told otherwise: what the chats show is told then. */
  readonly waitMs?: number;
}

/** The whole bridge against the emulator, with all it writes in a folder of its own. */
export interface Stage {
  readonly emulator: Emulator;
  readonly directory: string;
  readonly log: readonly LogEntry[];
  /** Says something in the private chat, unless told otherwise; the message's id. */
  say(text: string, more?: Omit<Parameters<Emulator["sendText"]>[0], "text" | "chatId"> & { chatId?: number }): number;
  /** The bot's message that `matches`, as soon as there is one. */
  botSays(matches: RegExp, chatId?: number): Promise<Message>;
  /** The outcome of what message `id` asked for, as soon as the progress message is gone. */
  outcomeOf(id: number, chatId?: number): Promise<Message>;
  /** Presses the button of a message, as it is now, whose label ends so; gives what the press is answered with. */
  press(message: Message, label: string): Promise<string>;
  /** Ends the bridge as SIGTERM does; resolves when it has ended. */
  stop(): Promise<void>;
  /** What a second SIGTERM does. */
  signalAgain(): void;
  /** Starts it again over the same state; in its folder unless told otherwise. */
  start(home?: string): void;
  /** A view of the state file; closed with the test. */
  store(): Store;
}

export async function stage(options: StageOptions = {}): Promise<Stage> {
  const { waitMs = 50_000 } = options;
  const own = options.beside?.emulator ?? (await startEmulator({ limits: "off", ...options.emulator }));
  const emulator = patient(own, waitMs);
  const directory = mkdtempSync(join(tmpdir(), "takopi-test-"));
  const entries: LogEntry[] = [];
  const engines = options.engines ?? [scriptedEngine("alpha"), scriptedEngine("beta")];
  writeFileSync(join(directory, "takopi.toml"), configText(options, emulator));
  const env = { PATH: process.env["PATH"], HOME: directory, ...options.env };
  const workers = process.env["RUNS_ELSEWHERE"] ? await runElsewhere(directory) : undefined;
  let controller = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  let atSecondSignal = () => {};
  const start = (home = directory) => {
    controller = new AbortController();
    const file = join(directory, "takopi.toml");
    const reload = () => loadConfig({ file, cwd: directory, env, engines, make: makeEngine });
    const { signal } = controller;
    const config = reload();
    ended = runBridge({
      ...{ config, reload, engines: config.known, env, home, signal },
      ...{ log: recordingLog(entries), pace: options.pace ?? UNPACED, workers },
      onSecondSignal: (act) => {
        atSecondSignal = act;
      },
    });
  };
  const stop = async () => {
    controller.abort("SIGTERM");
    await ended;
  };
  onTestFinished(async () => {
    const stopped = stop();
    atSecondSignal();
    await stopped;
    if (!options.beside) await emulator.close();
    rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
  });
  await options.prepare?.(directory, emulator);
  start();
  await emulator.waitFor(() => emulator.calls("getUpdates").length > 0);
  const botMessages = (chatId: number) => emulator.messages(chatId).filter(({ from }) => from?.is_bot);
  return {
    emulator,
    directory,
    log: entries,
    say: (text, more = {}) => emulator.sendText({ chatId: emulator.privateChatId, ...more, text }).message_id,
    botSays: (matches, chatId = emulator.privateChatId) =>
      emulator.waitFor(() => botMessages(chatId).find((message) => matches.test(textOf(message)))),
    outcomeOf: (id, chatId = emulator.privateChatId) =>
      emulator.waitFor(() => {
        const replies = botMessages(chatId).filter((message) => message.reply_to_message?.message_id === id);
        if (replies.some((message) => BUSY.test(textOf(message)))) return undefined;
        return replies.find((message) => OUTCOME.test(textOf(message)));
      }),
    press: (message, label) => pressIn(emulator, message, label),
    stop,
    signalAgain: () => atSecondSignal(),
    start,
    store: () => {
      const store = openStore(join(directory, "takopi.db"));
      onTestFinished(() => store.close());
      return store;
    },
  };
}

function configText(options: StageOptions, emulator: Emulator): string {
  const { telegram = "", tables = "", top = "", defaultEngine = "alpha", allowed = [] } = options;
  return `default_engine = "${defaultEngine}"
${top}
[transports.telegram]
bot_token = "${emulator.token}"
chat_id = ${emulator.privateChatId}
allowed_user_ids = [${[emulator.person.id, ...allowed].join(", ")}]
allowed_chat_ids = [${emulator.groupId}]
api_root = "${emulator.url}"
${telegram}
${tables}
`;
}
