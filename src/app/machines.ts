import type { Config } from "../config/config.ts";
import { namedMachines } from "../config/machines.ts";
import type { operationHandler } from "../control/operation-handler.ts";
import { OperationFailure } from "../control/protocol.ts";
import { UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { MachineWorkers } from "../worker/machines.ts";
import type { CallTool } from "../worker/nats/tool-answers.ts";
import type { Worker } from "../worker/port.ts";

interface Parts {
  readonly config: () => Config;
  readonly log: Logger;
  readonly now: () => number;
  readonly callTool: CallTool;
}

/** The local worker alone, or with those of other machines if the config has a broker. */
export async function withMachines(local: Worker, { config, ...parts }: Parts): Promise<Worker> {
  const { machines } = config();
  if (!machines) return local;
  const { Fleet } = await import("../worker/nats/fleet.ts");
  const { listMachines } = await import("../worker/nats/list.ts");
  const fleet = new Fleet({ machines, names: () => namedMachines(config().projects), ...parts });
  return new MachineWorkers({
    local,
    remote: (machine) => fleet.worker(machine),
    machineOf: (project) => config().projects.get(project ?? "")?.machine,
    list: () => listMachines(fleet.roll, config()),
    closeRemote: () => fleet.close(),
  });
}

/** What carries out the tools of runs elsewhere. Calls that come before `serve` is told how wait for that. */
export function toolsElsewhere(): { callTool: CallTool; serve: (handle: ReturnType<typeof operationHandler>) => void } {
  let serve: (handle: ReturnType<typeof operationHandler>) => void = () => {};
  const handler = new Promise<ReturnType<typeof operationHandler>>((resolve) => {
    serve = resolve;
  });
  const callTool: CallTool = async (...request) => {
    const handle = await handler;
    try {
      return await handle(...request);
    } catch (cause) {
      throw cause instanceof OperationFailure ? new UserError(cause.message, { code: cause.code, cause }) : cause;
    }
  };
  return { callTool, serve };
}
