// Workers with stand-in engines, in a process of their own. Told to go on, each open run says the rest and ends.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../../src/store/store.ts";
import { Station } from "../../../src/worker/nats/station.ts";
import type { Worker, WorkerEvent } from "../../../src/worker/port.ts";

const [, , broker = "", count = "1"] = process.argv;
const STEPS = 5;

const goOn = new Promise<void>((resolve) => process.once("message", () => resolve()));
const engine = "alpha";

async function* work(runId: string): AsyncGenerator<WorkerEvent> {
  yield { type: "placed", cwd: "/" };
  yield { type: "started", engine, resume: { engine, value: runId } };
  await goOn;
  for (let step = 0; step < STEPS; step++) {
    const action = { id: String(step), kind: "command", title: `step ${step} of a task`, detail: {} } as const;
    yield { type: "action", engine, phase: "started", action };
    yield { type: "action", engine, phase: "completed", action, ok: true };
  }
  yield { type: "completed", engine, ok: true, answer: "An answer of a usual length. ".repeat(40) };
}

/** Only what a run needs is there. */
const standIn = {
  run: ({ runId }) => ({ events: work(runId), send: () => {} }),
  recover: async () => [],
  close: async () => {},
} as Pick<Worker, "run" | "recover" | "close"> as Worker;

const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log };
const ended = new AbortController();
process.on("disconnect", () => ended.abort());
const served = Array.from({ length: Number(count) }, (_, index) => {
  const machine = `m${index}`;
  const store = openStore(join(mkdtempSync(join(tmpdir(), "takopi-bench-")), "takopi.db"));
  const facts = { version: "bench", host: "here", instance: machine, startedAt: 0, engines: [], projects: [] };
  return new Station({
    ...{ machine, machines: { broker }, worker: standIn, jobs: store.workerJobs, facts: () => facts, log },
    ...{ limit: () => Number.POSITIVE_INFINITY, now: Date.now },
  }).serve(ended.signal);
});
await Promise.all(served);
