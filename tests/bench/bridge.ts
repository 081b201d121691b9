import { spawnSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { DOCUMENTED_LIMITS } from "../../src/playground/world/flood.ts";
import { quantile } from "./quantile.ts";
import { mib, ms, now, onLogged, outcomeIn, type Running, residentMiB, say, WAIT_MS, withBridge } from "./running.ts";
import type { Figure } from "./streams.ts";

const STARTS = 9;
const MESSAGES = 60;
const LIVE_RUNS = 20;
const PRESSES = 40;
const CROWD = 300;
/** After its start a bridge has memory to give back: seen to be done within 25 s. */
const IDLE_MS = 30_000;
const SETTLE_MS = 5_000;
/** Telegram takes 30 calls a second, and a message makes four. */
const PACE_MS = 300;
/** A file system without a disk, on Linux. */
const IN_MEMORY = "/dev/shm";

export async function measureStart(): Promise<Figure[]> {
  const starts: number[] = [];
  const nodes: number[] = [];
  for (let index = 0; index < STARTS; index++) {
    const nodeAt = now();
    spawnSync(process.execPath, ["-e", "0"]);
    nodes.push(now() - nodeAt);
    await withBridge({}, async ({ emulator, startedAt }) => {
      starts.push((emulator.calls("getUpdates")[0]?.at ?? Number.NaN) - startedAt);
    });
  }
  const [own, node] = [quantile(starts, 0.5), quantile(nodes, 0.5)];
  const value = `${ms(own)}, ${(own / node).toFixed(1)} times`;
  return [{ figure: "start to first poll, median", goal: "3 times `node -e 0`", value }];
}

/** One message at a time, each in a chat of its own and after a pause, so that no pace holds the next one up. */
export async function measureMessages(): Promise<Figure[]> {
  const progress: number[] = [];
  const engine: number[] = [];
  let idle = Number.NaN;
  await withBridge({ chats: MESSAGES }, async (running) => {
    const spawns: number[] = [];
    onLogged(running, "process.spawned", (at) => spawns.push(at));
    await delay(IDLE_MS);
    idle = residentMiB(running);
    for (const [index, chatId] of running.chats.entries()) {
      await delay(PACE_MS);
      const sentAt = now();
      say(running, chatId, `task ${index}`);
      await outcomeIn(running, chatId);
      progress.push(firstCallAt(running, chatId) - sentAt);
      engine.push((spawns.find((at) => at >= Math.floor(sentAt)) ?? Number.NaN) - sentAt);
    }
  });
  const inMemory = quantile(await progressDelays(), 0.5);
  return [
    { figure: "idle memory (RSS), 30 s after the start", goal: "80 MiB", value: mib(idle) },
    { figure: "update to first progress call, median", goal: "15 ms", value: ms(quantile(progress, 0.5)) },
    { figure: "update to first progress call, p99", goal: "50 ms", value: ms(quantile(progress, 0.99)) },
    { figure: "the same median, state file in memory", goal: "cost of durability", value: ms(inMemory) },
    { figure: "update to engine start, median", goal: "25 ms", value: ms(quantile(engine, 0.5)) },
  ];
}

/** Update to first progress call, with nothing to wait for on a disk. */
async function progressDelays(): Promise<number[]> {
  const delays: number[] = [];
  await withBridge({ chats: MESSAGES, disk: IN_MEMORY }, async (running) => {
    await delay(SETTLE_MS);
    for (const [index, chatId] of running.chats.entries()) {
      await delay(PACE_MS);
      const sentAt = now();
      say(running, chatId, `task ${index}`);
      await outcomeIn(running, chatId);
      delays.push(firstCallAt(running, chatId) - sentAt);
    }
  });
  return delays;
}

const firstCallAt = ({ emulator }: Running, chatId: number) =>
  emulator.calls("sendMessage").find(({ payload }) => payload["chat_id"] === chatId)?.at ?? Number.NaN;

/** Runs whose engine does nothing: what they take, how fast a press is answered, how fast Stop is. */
export async function measureLiveRuns(): Promise<Figure[]> {
  const presses: number[] = [];
  const stops: number[] = [];
  let perRun = Number.NaN;
  await withBridge({ chats: LIVE_RUNS, engine: "hangs" }, async (running) => {
    const { emulator, chats } = running;
    const progressIn = (chatId: number) =>
      emulator.waitFor(() => emulator.messages(chatId).find(({ text }) => text?.startsWith("starting")), WAIT_MS);
    const [first = 0, ...others] = chats;
    say(running, first, "task");
    const progress = await progressIn(first);
    const stop = /stop:[a-z0-9]+/.exec(JSON.stringify(progress.reply_markup))?.[0] ?? "";
    await delay(IDLE_MS);
    const before = residentMiB(running);
    for (const chatId of others) say(running, chatId, "task");
    await Promise.all(others.map(progressIn));
    await delay(IDLE_MS);
    perRun = (residentMiB(running) - before) / others.length;
    const press = (chatId: number, data: string) =>
      emulator.press({
        ...{ chatId, messageId: progress.message_id, data },
        from: { id: chatId, is_bot: false, first_name: "Person" },
      });
    for (let index = 0; index < PRESSES; index++) {
      const pressedAt = now();
      const id = press(first, stop.replace("stop", "wait"));
      await emulator.waitFor(() => emulator.answerTo(id), WAIT_MS);
      presses.push(now() - pressedAt);
    }
    const stoppedAt = now();
    press(first, stop);
    await emulator.waitFor(() => emulator.messages(first).find(({ text }) => text?.startsWith("cancelled")), WAIT_MS);
    stops.push(now() - stoppedAt);
  });
  return [
    { figure: "memory per live run", goal: "1 MiB", value: mib(perRun) },
    { figure: "button press to its answer, p95", goal: "50 ms", value: ms(quantile(presses, 0.95)) },
    { figure: "Stop to the last process gone", goal: "2 s", value: ms(quantile(stops, 0.5)) },
  ];
}

/** Everybody at once, under the limits that Telegram documents. */
export async function measureCrowd(): Promise<Figure[]> {
  let ratio = Number.NaN;
  let refusals = Number.NaN;
  await withBridge({ chats: CROWD, limits: DOCUMENTED_LIMITS }, async (running) => {
    const { emulator, chats } = running;
    await delay(SETTLE_MS);
    const before = emulator.history.length;
    const beganAt = now();
    for (const chatId of chats) say(running, chatId, "task");
    await Promise.all(chats.map((chatId) => outcomeIn(running, chatId)));
    const took = now() - beganAt;
    const made = emulator.history.slice(before).filter(({ payload }) => payload["chat_id"] !== undefined);
    ratio = took / ((made.length / 30) * 1000);
    refusals = made.filter(({ status }) => status === 429).length;
  });
  const value = `${ratio.toFixed(2)} times, ${refusals} x 429`;
  return [{ figure: `${CROWD} chats at once, time by calls at 30 a second`, goal: "1.15 times, no 429", value }];
}
