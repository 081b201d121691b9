import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Emulator, startEmulator } from "../../src/playground/emulator.ts";
import type { Figure } from "./streams.ts";

const STARTS = 9;
const MESSAGES = 60;
const IDLE_MS = 5_000;
const WAIT_MS = 60_000;
const root = fileURLToPath(new URL("../../", import.meta.url));
const standIn = join(root, "fixtures/children/answers-at-once.mjs");

const now = () => performance.timeOrigin + performance.now();
const ms = (value: number) => `${value.toFixed(0)} ms`;

/** The figures of a built bridge in a process of its own, against the emulator, with an engine that answers at once. */
export async function measureBridge(): Promise<Figure[]> {
  const starts: number[] = [];
  for (let index = 0; index < STARTS; index++) {
    await withBridge(async ({ emulator, startedAt }) => {
      starts.push((emulator.calls("getUpdates")[0]?.at ?? Number.NaN) - startedAt);
    });
  }
  const figures: Figure[] = [
    { figure: "start to first poll, median", goal: "300 ms", value: ms(quantile(starts, 0.5)) },
  ];
  await withBridge(async ({ emulator, bridge }) => {
    const spawns = readSpawns(bridge);
    await delay(IDLE_MS);
    figures.push({
      figure: "idle memory (RSS)",
      goal: "80 MiB",
      value: `${residentMiB(bridge.pid ?? 0).toFixed(0)} MiB`,
    });
    const progress: number[] = [];
    const engine: number[] = [];
    for (let index = 0; index < MESSAGES; index++) {
      const sentAt = now();
      const { message_id } = emulator.sendText({ chatId: emulator.privateChatId, text: `task ${index}` });
      const isOurs = (payload: Readonly<Record<string, unknown>>) =>
        (payload["reply_parameters"] as { message_id?: number } | undefined)?.message_id === message_id;
      const answer = await emulator.waitFor(
        () =>
          emulator
            .messages(emulator.privateChatId)
            .find(
              ({ text, reply_to_message }) => reply_to_message?.message_id === message_id && text?.startsWith("done"),
            ),
        WAIT_MS,
      );
      const first = emulator.calls("sendMessage").find(({ payload }) => isOurs(payload));
      progress.push((first?.at ?? Number.NaN) - sentAt);
      engine.push((spawns.find((at) => at >= Math.floor(sentAt)) ?? Number.NaN) - sentAt);
      if (!answer) throw new Error("no answer");
    }
    figures.push(
      { figure: "update to first progress call, median", goal: "15 ms", value: ms(quantile(progress, 0.5)) },
      { figure: "update to first progress call, p99", goal: "50 ms", value: ms(quantile(progress, 0.99)) },
      { figure: "update to engine start, median", goal: "25 ms", value: ms(quantile(engine, 0.5)) },
    );
  });
  return figures;
}

interface Running {
  readonly emulator: Emulator;
  readonly bridge: ChildProcessWithoutNullStreams;
  /** ms since 1970, with fractions. */
  readonly startedAt: number;
}

async function withBridge(measure: (running: Running) => Promise<void>): Promise<void> {
  const emulator = await startEmulator({ limits: "off" });
  const directory = mkdtempSync(join(tmpdir(), "takopi-bench-"));
  writeFileSync(
    join(directory, "takopi.toml"),
    `default_engine = "pi"\n[transports.telegram]\nbot_token = "${emulator.token}"\nchat_id = ${emulator.privateChatId}\napi_root = "${emulator.url}"\n[pi]\ncmd = "${standIn}"\n`,
  );
  const startedAt = now();
  const bridge = spawn(process.execPath, [join(root, "dist/src/main.js"), "--config", join(directory, "takopi.toml")], {
    cwd: directory,
    env: { PATH: process.env["PATH"], HOME: directory, TAKOPI_LOG_FORMAT: "json" },
  });
  const ended = new Promise<void>((resolve) => bridge.once("exit", () => resolve()));
  try {
    await emulator.waitFor(() => emulator.calls("getUpdates").length > 0, WAIT_MS);
    await measure({ emulator, bridge, startedAt });
  } finally {
    bridge.kill("SIGTERM");
    await ended;
    await emulator.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** When engines were spawned, ms since 1970, as the bridge's log says it. */
function readSpawns(bridge: ChildProcessWithoutNullStreams): number[] {
  const spawns: number[] = [];
  createInterface(bridge.stdout).on("line", (line) => {
    const entry = JSON.parse(line) as { event?: string; time?: string };
    if (entry.event === "process.spawned" && entry.time) spawns.push(Date.parse(entry.time));
  });
  return spawns;
}

function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
