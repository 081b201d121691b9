import { existsSync } from "node:fs";
import { join } from "node:path";
import { formatElapsed } from "../domain/elapsed.ts";
import { isAlive } from "../engine/marked.ts";
import { residentBytes } from "../engine/memory.ts";
import type { HealthLine } from "../store/health.ts";
import type { StoredServer } from "../store/live-servers.ts";
import { readLockHolder } from "../store/lock.ts";
import { openStore } from "../store/store.ts";
import type { Check, CheckOptions } from "./checks.ts";
import { loadFor } from "./load.ts";

/** A poll takes 50 s, and is given up after 60: a bridge that heard nothing for longer than this is dead. */
const SILENT_MS = 70_000;
const BYTES_PER_MIB = 1024 * 1024;

/**
 * Whether an update that is sent now would reach a run: a bridge holds the lock, and its last poll was answered. Then
 * the warm servers of interactive engines.
 */
export async function checkRunning(options: CheckOptions): Promise<Check[]> {
  const { directory } = loadFor(options);
  const holder = readLockHolder(join(directory, "takopi.lock"));
  if (holder === undefined) {
    const detail = `none runs in ${directory}`;
    return [{ name: "bridge", state: "error", detail, fix: "Start it with `takopi`." }];
  }
  const state = join(directory, "takopi.db");
  const store = existsSync(state) ? openStore(state) : undefined;
  try {
    const servers = (store?.liveServers.all() ?? []).map(describeServer);
    return [describeBridge(holder, store?.health.read()), ...(await Promise.all(servers)).flat()];
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
