import { afterAll, describe, expect, test, vi } from "vitest";
import { enterRing, type Ring } from "../chaos/ring.ts";
import { type Broker, startBroker } from "../helpers/broker.ts";
import { checkTable, type Row } from "./table.ts";
import { type WorkerChild, workerChild } from "./worker-child.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

/** What is logged right behind each step of a task's way, in their order. */
const WORKER_STEPS = [
  ...["worker.ready", "worker.taken", "worker.acknowledged", "worker.claimed", "worker.begun", "process.spawned"],
  ...["worker.completed", "worker.told"],
];
const BRIDGE_STEPS = [
  ...["run.queued", "machine.sending", "machine.sent", "run.started", "run.session", "run.outcome", "run.completed"],
  "delivery.arrived",
];

const rows: Row[] = [];
afterAll(() => checkTable(rows));

interface Scene {
  readonly ring: Ring;
  readonly broker: Broker;
  readonly worker: WorkerChild;
}

async function enter(): Promise<Scene> {
  const broker = await startBroker();
  const tables = `[machines]\nbroker = "${broker.address}"\n[projects.api]\nmachine = "gpu"\n`;
  return { broker, ring: await enterRing({ tables, directive: "/api " }), worker: workerChild(broker.address) };
}

/** The outcome of the one task, in a word. */
async function peaceOf({ ring }: Scene, who: string, step: string): Promise<string> {
  const { done, interrupted, errors } = await ring.expectPeace();
  expect(done + interrupted + errors.length).toBe(1);
  const outcome = done === 1 ? "answered" : "reported as cut off";
  if (done === 0) expect([...errors, "Interrupted"].join()).toContain("Interrupted");
  rows.push({ who, step, outcome });
  return outcome;
}

const TASK = "session\nstep working\nanswer first\ndone";

describe("a task that is on another machine runs once at most, and its outcome is told once, if", () => {
  test.each(WORKER_STEPS)("the worker is killed at %s", async (step) => {
    const scene = await enter();
    const { ring, worker } = scene;
    worker.start(step);
    ring.start();
    ring.ask(TASK);
    await worker.gone();
    worker.start();
    await peaceOf(scene, "worker", step);
  });

  test.each(BRIDGE_STEPS)("the bridge is killed at %s", async (step) => {
    const scene = await enter();
    const { ring, worker } = scene;
    worker.start();
    ring.start(step);
    ring.ask(TASK);
    await ring.gone();
    ring.start();
    expect(await peaceOf(scene, "bridge", step)).toBe("answered");
  });

  test.each(WORKER_STEPS)("the broker is killed when the worker is at %s", async (step) => {
    const scene = await enter();
    const { ring, worker, broker } = scene;
    const killed = new Promise<void>((resolve) => worker.at(step, () => void broker.kill().then(resolve)));
    worker.start();
    ring.start();
    ring.ask(TASK);
    await killed;
    await broker.start();
    expect(await peaceOf(scene, "broker", step)).toBe("answered");
  });
});
