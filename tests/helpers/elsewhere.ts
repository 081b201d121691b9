import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { withMachines } from "../../src/app/machines.ts";
import { openStore } from "../../src/store/store.ts";
import { MachineWorkers } from "../../src/worker/machines.ts";
import { Fleet } from "../../src/worker/nats/fleet.ts";
import { Station } from "../../src/worker/nats/station.ts";
import { startBroker } from "./broker.ts";

/** Puts a broker between a bridge and its own worker: each run and each look goes there and back. */
export async function runElsewhere(directory: string): Promise<typeof withMachines> {
  const { address: broker } = await startBroker();
  const machine = "elsewhere";
  const instance = directory.slice(-100);
  return async (local, { config, log, now }) => {
    const engines = config().known.map(({ id }) => ({ id }));
    const beat = { version: "test", host: "here", instance, startedAt: 0, engines, projects: [] };
    const store = openStore(join(directory, "worker.db"));
    const fleet = new Fleet({ machines: { broker }, names: () => new Set([machine]), log, now });
    const jobs = store.workerJobs;
    const limit = () => config().limits.parallel_runs;
    const ended = new AbortController();
    const station = new Station({
      ...{ machine, machines: { broker }, worker: local, jobs, facts: () => beat, limit, log, now },
    });
    const served = station.serve(ended.signal);
    while (fleet.roll.of(machine).state !== "up") await delay(10);
    return new MachineWorkers({
      ...{ local: fleet.worker(machine), remote: (name) => fleet.worker(name) },
      ...{ machineOf: () => undefined, list: () => [] },
      closeRemote: async () => {
        ended.abort();
        await served;
        await fleet.close();
        store.close();
      },
    });
  };
}
