import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { User } from "@grammyjs/types";
import { type Emulator, startEmulator } from "../../src/playground/emulator.ts";
import type { FloodLimits } from "../../src/playground/world/flood.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** How long anything may take, ms; the slowest figure takes a minute. */
export const WAIT_MS = 120_000;

/** ms since 1970 with fractions, the same in all processes. */
export const now = (): number => performance.timeOrigin + performance.now();

/** The built bridge in a process of its own, against the emulator. */
export interface Running {
  readonly emulator: Emulator;
  readonly bridge: ChildProcessWithoutNullStreams;
  readonly startedAt: number;
  /** Private chats, one a person. */
  readonly chats: readonly number[];
}

export interface Setting {
  readonly chats?: number;
  readonly limits?: FloodLimits | "off";
  /** A stand-in for pi; one that answers at once unless told otherwise. */
  readonly engine?: "answers" | "hangs";
}

export async function withBridge(setting: Setting, measure: (running: Running) => Promise<void>): Promise<void> {
  const { chats: count = 1, limits = "off", engine = "answers" } = setting;
  const emulator = await startEmulator(limits === undefined ? {} : { limits });
  const directory = mkdtempSync(join(tmpdir(), "takopi-bench-"));
  const people = Array.from({ length: count }, (_, index) => personOf(index));
  for (const person of people) emulator.addPrivateChat(person);
  const cmd = engine === "answers" ? join(root, "fixtures/children/answers-at-once.sh") : join(directory, "hangs");
  writeFileSync(join(directory, "hangs"), "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
  const config = `default_engine = "pi"
[transports.telegram]
bot_token = "${emulator.token}"
chat_id = ${emulator.privateChatId}
allowed_user_ids = ${JSON.stringify([emulator.person.id, ...people.map(({ id }) => id)])}
api_root = "${emulator.url}"
[limits]
parallel_runs = ${engine === "hangs" ? 1000 : 8}
[pi]
cmd = "${cmd}"
`;
  writeFileSync(join(directory, "takopi.toml"), config);
  const startedAt = now();
  const bridge = spawn(process.execPath, [join(root, "dist/src/main.js"), "--config", join(directory, "takopi.toml")], {
    cwd: directory,
    env: { PATH: process.env["PATH"], HOME: directory, TAKOPI_LOG_FORMAT: "json" },
  });
  const ended = new Promise<void>((resolve) => bridge.once("exit", () => resolve()));
  try {
    await emulator.waitFor(() => emulator.calls("getUpdates").length > 0, WAIT_MS);
    await measure({ emulator, bridge, startedAt, chats: people.map(({ id }) => id) });
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

export function residentMiB({ bridge }: Running): number {
  const status = readFileSync(`/proc/${bridge.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
