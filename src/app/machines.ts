import type { Config } from "../config/config.ts";
import type { Logger } from "../log.ts";
import { MachineWorkers } from "../worker/machines.ts";
import type { Fleet } from "../worker/nats/fleet.ts";
import type { Worker } from "../worker/port.ts";

interface Parts {
  readonly config: () => Config;
  readonly log: Logger;
  readonly now: () => number;
}

/** The local worker alone, or with those of other machines if the config has a broker. */
export async function withMachines(local: Worker, { config, log, now }: Parts): Promise<Workers> {
  const { machines } = config();
  if (!machines) return { worker: local, fleet: undefined };
  const { Fleet } = await import("../worker/nats/fleet.ts");
  const names = () => new Set([...config().projects.values()].flatMap(({ machine }) => machine ?? []));
  const fleet = new Fleet({ machines, names, log, now });
  const worker = new MachineWorkers({
    local,
    remote: (machine) => fleet.worker(machine),
    machineOf: (project) => config().projects.get(project ?? "")?.machine,
    closeRemote: () => fleet.close(),
  });
  return { worker, fleet };
}

interface Workers {
  readonly worker: Worker;
  readonly fleet: Fleet | undefined;
}
