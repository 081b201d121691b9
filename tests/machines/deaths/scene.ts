import { afterAll, expect, vi } from "vitest";
import { enterRing, type Ring } from "../../chaos/ring.ts";
import { type Broker, startBroker } from "../../helpers/broker.ts";
import { type WorkerChild, workerChild } from "../worker-child.ts";
import { checkTable, type Row } from "./table.ts";

/** What is logged right behind each step of a task's way at its worker, in their order. */
export const WORKER_STEPS = [
  ...["worker.ready", "worker.taken", "worker.acknowledged", "worker.claimed", "worker.begun", "process.spawned"],
  ...["worker.completed", "worker.told"],
];

export const TASK = "session\nstep working\nanswer first\ndone";

export interface Scene {
  readonly ring: Ring;
  readonly broker: Broker;
  readonly worker: WorkerChild;
}

/** Sets the limits of a test file that kills `who`; what became of its tasks is compared with the table at its end. */
export function killing(who: string) {
  vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });
  const rows: Row[] = [];
  afterAll(() => checkTable("deaths", who, rows));

  async function enter(): Promise<Scene> {
    const broker = await startBroker();
    const tables = `[machines]\nbroker = "${broker.address}"\n[projects.api]\nmachine = "gpu"\n`;
    return { broker, ring: await enterRing({ tables, directive: "/api " }), worker: workerChild(broker.address) };
  }

  /** The outcome of the one task, in a word. */
  async function peaceOf({ ring }: Scene, step: string): Promise<string> {
    const { done, interrupted, errors } = await ring.expectPeace();
    expect(done + interrupted + errors.length).toBe(1);
    const outcome = done === 1 ? "answered" : "reported as cut off";
    if (done === 0) expect([...errors, "Interrupted"].join()).toContain("Interrupted");
    rows.push({ step: `\`${step}\``, outcome });
    return outcome;
  }

  return { enter, peaceOf };
}
