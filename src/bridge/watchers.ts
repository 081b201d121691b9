import type { ShownEvent } from "../domain/events.ts";

type Watcher = (event: ShownEvent) => void;

/** The watchers of runs, by run. */
export class Watchers {
  readonly #byRun = new Map<string, Set<Watcher>>();

  /** Has the run's events told until the result is called. */
  add(runId: string, watcher: Watcher): () => void {
    const watchers = this.#byRun.get(runId) ?? new Set();
    this.#byRun.set(runId, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0) this.#byRun.delete(runId);
    };
  }

  tell(runId: string, event: ShownEvent): void {
    for (const watcher of this.#byRun.get(runId) ?? []) watcher(event);
  }
}
