import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { User } from "@grammyjs/types";
import { type Emulator, startEmulator } from "../../src/playground/emulator.ts";
import type { FloodLimits } from "../../src/playground/world/flood.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Speaks pi's RPC mode. */
export const LIVE_PEER = join(root, "fixtures/children/pi-rpc.mjs");

/** How long anything may take, ms; the slowest figure takes a minute. */
export const WAIT_MS = 120_000;

/** ms since 1970 with fractions, the same in all processes. */
export const now = (): number => performance.timeOrigin + performance.now();

/** The built bridge in a process of its own, against the emulator. */
export interface Running {
  readonly emulator: Emulator;
  readonly bridge: ChildProcessWithoutNullStreams;
  /** Of config and state. */
  readonly directory: string;
  readonly startedAt: number;
  /** Private chats, one a person. */
  readonly chats: readonly number[];
}

export interface Setting {
  readonly chats?: number;
  readonly limits?: FloodLimits | "off";
  /** A stand-in for pi: one that answers at once unless told otherwise; `live` is driven both ways, in chat mode. */
  readonly engine?: "answers" | "hangs" | "live";
  /** Where the state file lies; the system's temporary folder unless told otherwise. */
  readonly disk?: string;
}

export async function withBridge(setting: Setting, measure: (running: Running) => Promise<void>): Promise<void> {
  const { chats: count = 1, limits = "off", engine = "answers", disk = tmpdir() } = setting;
  const emulator = await startEmulator(limits === undefined ? {} : { limits });
  const directory = mkdtempSync(join(disk, "takopi-bench-"));
  const people = Array.from({ length: count }, (_, index) => personOf(index));
  for (const person of people) emulator.addPrivateChat(person);
  const cmd = {
    answers: join(root, "fixtures/children/answers-at-once.sh"),
    hangs: join(directory, "hangs"),
    live: LIVE_PEER,
  }[engine];
  writeFileSync(join(directory, "hangs"), "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
  const config = `default_engine = "pi"
[transports.telegram]
bot_token = "${emulator.token}"
chat_id = ${emulator.privateChatId}
allowed_user_ids = ${JSON.stringify([emulator.person.id, ...people.map(({ id }) => id)])}
api_root = "${emulator.url}"
session_mode = "${engine === "live" ? "chat" : "stateless"}"
[limits]
parallel_runs = ${engine === "hangs" ? 1000 : 8}
[pi]
cmd = "${cmd}"
interactive = ${engine === "live"}
`;
  writeFileSync(join(directory, "takopi.toml"), config);
  const startedAt = now();
  const bridge = spawn(process.execPath, [join(root, "dist/main.js"), "--config", join(directory, "takopi.toml")], {
    cwd: directory,
    env: { PATH: process.env["PATH"], HOME: directory, TAKOPI_LOG_FORMAT: "json" },
  });
  // The last lines of a log that nobody reads would hold up the end of the bridge.
  for (const output of [bridge.stdout, bridge.stderr]) output.resume();
  const ended = new Promise<void>((resolve) => bridge.once("exit", () => resolve()));
  try {
    await emulator.waitFor(() => emulator.calls("getUpdates").length > 0, WAIT_MS);
    await measure({ emulator, bridge, directory, startedAt, chats: people.map(({ id }) => id) });
  } finally {
    bridge.kill("SIGTERM");
    await ended;
    await emulator.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const personOf = (index: number): User => ({ id: 500_000_000 + index, is_bot: false, first_name: `Person ${index}` });

/** Whose chat it is says something in it; the message's id. */
export const say = ({ emulator }: Running, chatId: number, text: string): number =>
  emulator.sendText({ chatId, text, from: { id: chatId, is_bot: false, first_name: "Person" } }).message_id;

/** Has `take` told of each line with this event in the bridge's log, by its time in ms since 1970. */
export function onLogged({ bridge }: Running, event: string, take: (at: number) => void): void {
  createInterface(bridge.stdout).on("line", (line) => {
    const entry = JSON.parse(line) as { event?: string; time?: string };
    if (entry.event === event && entry.time) take(Date.parse(entry.time));
  });
}

export function residentMiB({ bridge }: Running): number {
  const status = readFileSync(`/proc/${bridge.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** The outcome in a chat, as soon as there are `count`. */
export const outcomeIn = ({ emulator }: Running, chatId: number, count = 1) =>
  emulator.waitFor(() => emulator.messages(chatId).filter(({ text }) => text?.startsWith("done"))[count - 1], WAIT_MS);

export const ms = (value: number): string => `${value.toFixed(0)} ms`;
export const mib = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} MiB`;
