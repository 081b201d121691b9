import { existsSync } from "node:fs";
import { join } from "node:path";
import { workerOf } from "../config/machines.ts";
import { formatElapsed } from "../domain/elapsed.ts";
import { isAlive } from "../engine/marked.ts";
import { residentBytes } from "../engine/memory.ts";
import type { HealthLine } from "../store/health.ts";
import type { StoredServer } from "../store/live-servers.ts";
import { readLockHolder } from "../store/lock.ts";
import { openStore } from "../store/store.ts";
import { checkWorker } from "./check-machines.ts";
import type { Check, CheckOptions } from "./checks.ts";
import { loadFor } from "./load.ts";

/** A poll takes 50 s, and is given up after 60: a bridge that heard nothing for longer than this is dead. */
const SILENT_MS = 70_000;
const BYTES_PER_MIB = 1024 * 1024;

/**
 * Whether an update that is sent now would reach a run: a bridge holds the lock, and its last poll was answered; or a
 * worker does, and the broker hears it. Then the warm servers of interactive engines.
 */
export async function checkRunning(options: CheckOptions): Promise<Check[]> {
  const config = loadFor(options);
  const { directory } = config;
  const worker = workerOf(config);
  const holder = readLockHolder(join(directory, "takopi.lock"));
  if (holder === undefined) {
    const [name, start] = worker ? [`worker ${worker.name}`, "takopi worker"] : ["bridge", "takopi"];
    return [{ name, state: "error", detail: `none runs in ${directory}`, fix: `Start it with \`${start}\`.` }];
  }
  const state = join(directory, "takopi.db");
  const store = existsSync(state) ? openStore(state) : undefined;
  try {
    const servers = (store?.liveServers.all() ?? []).map(describeServer);
    const holds = worker
      ? await checkWorker(worker, holder, options.signal)
      : describeBridge(holder, store?.health.read());
    return [holds, ...(await Promise.all(servers)).flat()];
  } finally {
    store?.close();
  }
}

function describeBridge(holder: string, health: HealthLine | undefined): Check {
  const name = "bridge";
  const age = health === undefined ? Number.POSITIVE_INFINITY : Date.now() - health.polledAt;
  const hears = health?.problem === null && age < SILENT_MS;
  if (hears) return { name, state: "ok", detail: `${holder}; heard Telegram ${Math.round(age / 1000)} s ago` };
  const problem = health?.problem ?? "it has not heard Telegram yet, or not for a while";
  return { name, state: "error", detail: `${holder}; ${problem}`, fix: "Its log says more." };
}

/** Nothing for a server that has ended since. */
async function describeServer({ engine, pid, processStart, markId, idleSince }: StoredServer): Promise<Check[]> {
  if (!(await isAlive({ pid, startTime: processStart }))) return [];
  const mebibytes = Math.round((await residentBytes(pid, markId ?? undefined)) / BYTES_PER_MIB);
  const use = idleSince === null ? "busy" : `idle for ${formatElapsed(Date.now() - idleSince)}`;
  return [{ name: `live ${engine}`, state: "ok", detail: `pid ${pid}, ${use}, ${mebibytes} MiB` }];
}
