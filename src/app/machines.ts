import type { Config } from "../config/config.ts";
import { namedMachines } from "../config/machines.ts";
import type { Logger } from "../log.ts";
import { MachineWorkers } from "../worker/machines.ts";
import type { Worker } from "../worker/port.ts";

interface Parts {
  readonly config: () => Config;
  readonly log: Logger;
  readonly now: () => number;
}

/** The local worker alone, or with those of other machines if the config has a broker. */
export async function withMachines(local: Worker, { config, log, now }: Parts): Promise<Worker> {
  const { machines } = config();
  if (!machines) return local;
  const { Fleet } = await import("../worker/nats/fleet.ts");
  const { listMachines } = await import("../worker/nats/list.ts");
  const fleet = new Fleet({ machines, names: () => namedMachines(config().projects), log, now });
  return new MachineWorkers({
    local,
    remote: (machine) => fleet.worker(machine),
    machineOf: (project) => config().projects.get(project ?? "")?.machine,
    list: () => listMachines(fleet.roll, config()),
    closeRemote: () => fleet.close(),
  });
}
