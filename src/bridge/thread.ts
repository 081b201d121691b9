import type { Store } from "../store/store.ts";
import { knownSession, type StoredRun } from "../store/stored-run.ts";

/**
 * The session that a run goes on with: its own, or the newest that is known of the runs it follows, since these may
 * have been dropped before they had one. `root` is where the search ended: the run that begins the thread.
 */
export function sessionOf(run: StoredRun, runs: Pick<Store["runs"], "get">): { session?: string; root: string } {
  let at = run;
  for (;;) {
    const session = knownSession(at);
    if (session !== null) return { session, root: at.id };
    const before = at.follows === null ? undefined : runs.get(at.follows);
    if (!before) return { root: at.id };
    at = before;
  }
}

/** What runs one at a time: a session, or as long as that is not known all that follow one run. */
export function threadOf(run: StoredRun, runs: Pick<Store["runs"], "get">): string {
  const { session, root } = sessionOf(run, runs);
  return session === undefined ? `run:${root}` : `${run.engine}:${session}`;
}
