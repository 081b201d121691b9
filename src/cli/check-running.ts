import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../config/load.ts";
import { readLockHolder } from "../store/lock.ts";
import { openStore } from "../store/store.ts";
import type { Check, CheckOptions } from "./checks.ts";

/** A poll takes 50 s at most; one that is overdue for longer than this hears nothing. */
const SILENT_MS = 90_000;

/** Whether an update that is sent now would reach a run: a bridge holds the lock, and its last poll was answered. */
export async function checkRunning({ configFile: file, cwd, env, engines }: CheckOptions): Promise<Check> {
  const name = "bridge";
  const { directory } = loadConfig({ file, cwd, env, engines });
  const holder = readLockHolder(join(directory, "takopi.lock"));
  if (holder === undefined) {
    return { name, state: "error", detail: `none runs in ${directory}`, mend: "Start it with `takopi`." };
  }
  const state = join(directory, "takopi.db");
  const store = existsSync(state) ? openStore(state) : undefined;
  try {
    const health = store?.health.read();
    const age = health === undefined ? Number.POSITIVE_INFINITY : Date.now() - health.polledAt;
    const hears = health?.problem === null && age < SILENT_MS;
    if (hears) return { name, state: "ok", detail: `${holder}; heard Telegram ${Math.round(age / 1000)} s ago` };
    const problem = health?.problem ?? "it has not heard Telegram yet, or not for a while";
    return { name, state: "error", detail: `${holder}; ${problem}`, mend: "Its log says more." };
  } finally {
    store?.close();
  }
}
