import { setImmediate } from "node:timers/promises";
import type { Store } from "../store/store.ts";
import type { Job } from "./run-job.ts";
import type { Scheduler } from "./scheduler.ts";

/**
 * Keeps runs off a thread until the result is called; undefined where it has one. A run whose outcome was told already
 * is waited for: only its processes have yet to end.
 */
export async function occupy(
  thread: string,
  { jobs, scheduler, store }: { jobs: ReadonlyMap<string, Job>; scheduler: Scheduler; store: Store },
): Promise<(() => void) | undefined> {
  const told = [...jobs.values()].filter(({ run }) => store.runs.get(run.id)?.state === "ended");
  for (const { run, over } of told) {
    if (!scheduler.holds(run.id, thread)) continue;
    await over;
    // The scheduler lets the thread go right after it.
    await setImmediate();
  }
  return scheduler.occupy(thread);
}
