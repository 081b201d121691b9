import type { Config } from "../config/config.ts";
import { namedMachines } from "../config/machines.ts";
import { ConfigError } from "../errors.ts";
import type { Check, CheckOptions } from "./checks.ts";

/** Whether the broker takes this machine's key, and which machines are there. */
export async function checkMachines({ machines, projects }: Config, { signal }: CheckOptions): Promise<Check[]> {
  if (!machines) return [];
  const { tryBroker } = await import("../worker/nats/try.ts");
  const name = "broker";
  try {
    const heard = await tryBroker(machines, signal);
    return [
      { name, state: "ok", detail: machines.broker },
      ...[...namedMachines(projects)].map((machine): Check => {
        const host = heard.get(machine);
        if (host !== undefined) return { name: `machine ${machine}`, state: "ok", detail: `there, on ${host}` };
        const fix = `Run \`takopi worker\` there with machines.name = "${machine}".`;
        return { name: `machine ${machine}`, state: "warning", detail: "not there now", fix };
      }),
    ];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const fix =
      error instanceof ConfigError
        ? "Correct machines in the config."
        : "Start it, or correct machines.broker, credentials and ca.";
    return [{ name, state: "error", detail: `${machines.broker}: ${reason}`, fix }];
  }
}
