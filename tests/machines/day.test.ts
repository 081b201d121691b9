import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { enterRing } from "../chaos/ring.ts";
import { randomFrom } from "../fuzz/mutate.ts";
import { BUSY, textOf } from "../helpers/bridge.ts";
import { startBroker } from "../helpers/broker.ts";
import { addTeam, dayTables, dayTelegram, MESSAGES, makeRepository, passDay, TEAM } from "../helpers/day-script.ts";
import { liveTables } from "../helpers/live-stage.ts";
import { times } from "../helpers/soak.ts";
import { RoughDay } from "./rough-day.ts";
import { workerChild } from "./worker-child.ts";

vi.setConfig({ testTimeout: 1_500_000, hookTimeout: 300_000 });

const KILLS = times(6, 60);
/** Each with a project. */
const MACHINES = { gpu: "web", box: "shop", laptop: "home" };

/** Somebody was killed in the middle of it, or before its thread had a session. */
const EXPECTED = /^(Interrupted: takopi was restarted on |The task before this one ended without a session)/;

test(`a day of ${MESSAGES} messages over three machines and ${KILLS} kills of anybody: each task is answered or reported once`, async () => {
  const seed = Number(process.env["CHAOS_SEED"] ?? Date.now() % 1_000_000);
  process.stdout.write(`day: CHAOS_SEED=${seed} repeats this run\n`);
  const random = randomFrom(seed);
  const broker = await startBroker();
  const projects = await dayTables({ web: 'machine = "gpu"', shop: 'machine = "box"' });
  const ring = await enterRing({
    ...{ isLive: true, telegram: dayTelegram, top: 'default_project = "home"' },
    tables: `${projects}[projects.home]\nmachine = "laptop"\n[machines]\nbroker = "${broker.address}"\n`,
  });
  const { emulator } = ring;
  addTeam(emulator);
  const busyMachines = new Set<string>();
  const workers = Object.entries(MACHINES).map(([name, project]) => {
    const worker = workerChild(broker.address, name, project, { tables: liveTables, isLive: true });
    makeRepository(join(worker.directory, project));
    worker.at("worker.taken", () => busyMachines.add(name));
    return worker;
  });
  let bridges = 0;
  const actors = [
    {
      kill: ring.kill,
      start: async () => {
        ring.start();
        bridges += 1;
      },
    },
    { kill: broker.kill, start: broker.start },
    ...workers.map(({ start, kill }) => ({ start: async () => start(), kill })),
  ];
  for (const { start } of actors) await start();
  await ring.listening();

  let dying = Promise.resolve();
  const killOne = async (actor: (typeof actors)[number] | undefined, afterMs: number) => {
    await delay(afterMs);
    await actor?.kill();
    await actor?.start();
  };
  let [heard, kills] = [0, 0];
  /** As many kills as are due by now, one after the other. */
  const onMessage = () => {
    heard += 1;
    for (; kills < Math.min(KILLS, (heard * KILLS) / 50); kills++) {
      const [actor, afterMs] = [actors[Math.floor(random() * actors.length)], random() * 400];
      dying = dying.then(() => killOne(actor, afterMs));
    }
  };
  const day = new RoughDay({ emulator, onMessage, bridges: () => bridges });
  await passDay(day);
  await dying;
  expect(day.said).toBe(MESSAGES);
  expect([...busyMachines].sort()).toEqual(Object.keys(MACHINES).sort());
  const chats = [emulator.privateChatId, TEAM, emulator.groupId];
  const busy = () =>
    chats.flatMap((chat) => emulator.messages(chat)).filter((one) => one.from?.is_bot && BUSY.test(textOf(one)));
  await emulator.waitFor(() => (busy().length === 0 && emulator.waitingUpdates() === 0) || undefined, 120_000);
  const twice = day.check();
  expect(day.forgotten).toBeLessThan(bridges);
  await ring.kill();
  const store = openStore(join(ring.directory, "takopi.db"));
  const runs = store.runs.recent(200);
  store.close();
  expect(runs.filter(({ state }) => state !== "ended")).toEqual([]);
  const ids = runs.map(({ chatId, messageId }) => `${chatId}:${messageId}`);
  expect(new Set(ids).size).toBe(ids.length);
  const errors = runs.flatMap(({ outcome, error }) => (outcome === "error" ? [error ?? ""] : []));
  process.stdout.write(
    `day: ${JSON.stringify({ kills, runs: runs.length, errors: errors.length, forgotten: day.forgotten, twice })}\n`,
  );
  expect(errors.filter((error) => !EXPECTED.test(error))).toEqual([]);
});
