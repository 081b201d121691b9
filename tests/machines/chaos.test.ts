import { setTimeout as delay } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { enterRing } from "../chaos/ring.ts";
import { randomFrom } from "../fuzz/mutate.ts";
import { startBroker } from "../helpers/broker.ts";
import { times } from "../helpers/soak.ts";
import { workerChild } from "./worker-child.ts";

vi.setConfig({ testTimeout: 1_500_000, hookTimeout: 300_000 });

const KILLS = times(10, 200);
const PROMPTS = Math.max(40, KILLS);
/** Each with a project of its name. */
const MACHINES = ["gpu", "box", "laptop"];
/** What people ask for, in turn. */
const TASKS = [
  "session\nstep looking\nanswer quick\ndone",
  "session\npause 300\nanswer slow\ndone",
  "session\nrepeat 20000\nanswer long\ndone",
  "session\nstep one\nstep two\norphan\nanswer with steps\ndone",
];

/** A worker was killed in the middle of it, or before its thread had a session. */
const EXPECTED = /^(Interrupted: takopi was restarted on |The task before this one ended without a session)/;

test(`${PROMPTS} tasks on three machines and ${KILLS} kills of anybody at random moments: each is told once, none runs twice`, async () => {
  const seed = Number(process.env["CHAOS_SEED"] ?? Date.now() % 1_000_000);
  process.stdout.write(`chaos: CHAOS_SEED=${seed} repeats this run\n`);
  const random = randomFrom(seed);
  const broker = await startBroker();
  const projects = MACHINES.map((name) => `[projects.${name}]\nmachine = "${name}"\n`);
  const ring = await enterRing({ tables: [`[machines]\nbroker = "${broker.address}"\n`, ...projects].join("") });
  const workers = MACHINES.map((name) => workerChild(broker.address, name, name));
  const actors = [
    { kill: ring.kill, start: async () => ring.start() },
    { kill: broker.kill, start: broker.start },
    ...workers.map(({ start, kill }) => ({ start: async () => start(), kill })),
  ];
  for (const { start } of actors) await start();
  await ring.listening();

  const asked: number[] = [];
  const ask = (): void => {
    const index = asked.length;
    const machine = MACHINES[index % MACHINES.length];
    // One in four is the next task of an earlier one's thread, on the same machine.
    const earlier = index % 4 === 3 ? asked[index - MACHINES.length] : undefined;
    asked.push(ring.ask(TASKS[Math.floor(random() * TASKS.length)] ?? "", earlier, `/${machine} `));
  };
  for (let kills = 0; kills < KILLS; kills++) {
    while (asked.length < (PROMPTS * (kills + 1)) / KILLS) ask();
    await delay(random() * 1_500);
    const actor = actors[Math.floor(random() * actors.length)];
    await actor?.kill();
    await actor?.start();
  }
  const peace = await ring.expectPeace();
  process.stdout.write(`chaos: ${JSON.stringify(peace)}\n`);
  expect(peace.done + peace.interrupted + peace.errors.length).toBe(PROMPTS);
  expect(peace.errors.filter((error) => !EXPECTED.test(error))).toEqual([]);
});
