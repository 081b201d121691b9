import type { MachinesTable } from "../../config/machines.ts";
import { Beats } from "./beats.ts";
import { dial } from "./connection.ts";

/** Connects once, as `doctor` does. Gives the hosts of the machines that are there, by name. @throws Error if it cannot. */
export async function tryBroker(machines: MachinesTable, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  signal.throwIfAborted();
  const nats = await dial(machines, machines.name ?? "bridge", { reconnect: false });
  try {
    await nats.flush();
    // A worker may not read what others say of themselves.
    if (machines.name !== undefined) return new Map();
    const beats = new Beats({ nats });
    const found = await Promise.all((await beats.names()).map((name) => beats.find(name)));
    return new Map(found.flatMap((one) => (one?.beat ? [[one.machine, one.beat.host] as const] : [])));
  } finally {
    await nats.close();
  }
}
