import { endMarkedNow, sendSignal } from "./marked.ts";

/** The leaders of what runs, by run. */
const living = new Map<string, number>();

/**
 * Ends a run's processes with this one, should it exit first, as on a second Ctrl-C: there is no time left then for a
 * signal that asks. Call what it returns as soon as the leader has exited.
 */
export function endWithUs(runId: string, leader: number): () => void {
  if (living.size === 0) process.once("exit", endLiving);
  living.set(runId, leader);
  return () => {
    living.delete(runId);
    if (living.size === 0) process.removeListener("exit", endLiving);
  };
}

/** Kills what runs, now. */
export function endLiving(): void {
  if (living.size === 0) return;
  for (const leader of living.values()) sendSignal(-leader, "SIGKILL");
  endMarkedNow([...living.keys()]);
}
