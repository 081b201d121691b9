// What a run on another machine costs: one bridge side, one broker, and many workers with stand-in engines.
// tsx tests/bench/machines/index.ts [workers] [runs at once]

import { fork, spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Fleet } from "../../../src/worker/nats/fleet.ts";
import { findBroker, freePort } from "../../helpers/broker.ts";
import { quantile } from "../quantile.ts";

const [workers = 50, runs = 2_000] = process.argv.slice(2).map(Number);
const IDLE_MS = 10_000;

const port = await freePort();
const program = findBroker() ?? "nats-server";
const folder = mkdtempSync(join(tmpdir(), "takopi-bench-broker-"));
const broker = spawn(program, ["-js", "-sd", folder, "-a", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
const address = `nats://127.0.0.1:${port}`;
const names = Array.from({ length: workers }, (_, index) => `m${index}`);
const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log };
const fleet = new Fleet({ machines: { broker: address }, names: () => new Set(names), log, now: Date.now });
const child = fork(fileURLToPath(new URL("./workers.ts", import.meta.url)), [address, String(workers)]);
const pids = { bridge: process.pid, broker: broker.pid ?? 0, workers: child.pid ?? 0 };

const isUp = () => names.every((name) => fleet.roll.of(name).state === "up");
const connected = performance.now();
while (!isUp()) await delay(100);
tell(`${workers} workers there`, performance.now() - connected);
await measure("idle, all workers there", 1, () => delay(IDLE_MS));

const started: number[] = [];
const completed: number[] = [];
let begun = 0;
async function follow(index: number): Promise<void> {
  const runId = `bench${index}`;
  const spec = {
    runId,
    engine: "alpha",
    prompt: "a task of a usual length. ".repeat(8),
    attachments: [],
    overrides: {},
  };
  const at = performance.now();
  for await (const event of fleet.worker(names[index % workers] ?? "").run(spec).events) {
    if (event.type === "started") {
      begun += 1;
      started.push(performance.now() - at);
    }
  }
  completed.push(performance.now());
}
const following = Array.from({ length: runs }, (_, index) => follow(index));
await measure("to the start of a run", runs, async () => {
  while (begun < runs) await delay(50);
});
tell("  sent to started, median and 99 %", quantile(started, 0.5), quantile(started, 0.99));
await measure(`open, for ${IDLE_MS / 1000} s`, runs, () => delay(IDLE_MS));
await measure("10 steps and an answer", runs, async () => {
  child.send("go on");
  await Promise.all(following);
});
child.disconnect();
await fleet.close();
broker.kill();
process.exit(0);

/** Prints the processor time and the memory of each side, for each of `count`. */
async function measure(what: string, count: number, act: () => Promise<unknown>): Promise<void> {
  const before = usage();
  const at = performance.now();
  await act();
  const after = usage();
  const sides = Object.keys(pids).map((name) => {
    const cpu = ((after[name]?.cpuMs ?? 0) - (before[name]?.cpuMs ?? 0)) / count;
    return `${name} ${cpu.toFixed(2)} ms, ${after[name]?.mib} MiB`;
  });
  process.stdout.write(`${what} (${((performance.now() - at) / 1000).toFixed(1)} s): ${sides.join("; ")}\n`);
}

function tell(what: string, ...ms: number[]): void {
  process.stdout.write(`${what}: ${ms.map((one) => `${one.toFixed(0)} ms`).join(", ")}\n`);
}

function usage(): Record<string, { cpuMs: number; mib: number }> {
  return Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => {
      // After the program's name, which may have spaces: user and system time are the 12th and 13th field, in 10 ms.
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ");
      const pages = Number(fields[21]);
      return [
        name,
        { cpuMs: 10 * (Number(fields[11]) + Number(fields[12])), mib: Math.round((pages * 4096) / 2 ** 20) },
      ];
    }),
  );
}
