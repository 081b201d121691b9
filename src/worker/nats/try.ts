import type { MachinesTable } from "../../config/machines.ts";
import { Beats } from "./beats.ts";
import { dial } from "./connection.ts";
import { Seal } from "./seal.ts";

/**
 * Connects once, as `doctor` does. Gives the hosts of the machines that are there, by name; a worker sees its own line
 * alone.
 *
 * @throws Error if it cannot.
 */
export async function tryBroker(machines: MachinesTable, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  signal.throwIfAborted();
  const { name } = machines;
  const seal = new Seal(machines);
  const nats = await dial(machines, name ?? "bridge", { reconnect: false, ignoreAuthErrorAbort: false });
  try {
    const beats = new Beats({ nats }, seal);
    await beats.requireTable();
    const names = name === undefined ? await beats.names() : [name];
    const found = await Promise.all(names.map((one) => beats.find(one)));
    return new Map(found.flatMap((one) => (one?.beat ? [[one.machine, one.beat.host] as const] : [])));
  } finally {
    await nats.close();
  }
}
