import type { Store } from "../store/store.ts";
import { knownSession, type StoredRun } from "../store/stored-run.ts";

/**
 * The session that a run continues: its own, or the newest known one of the runs that it follows, since these may have
 * been dropped before they had a session. `root` is the run that begins the thread.
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

/** Runs of one thread run one at a time: those of a session, or, until that is known, those that follow one run. */
export function threadOf(run: StoredRun, runs: Pick<Store["runs"], "get">): string {
  const { session, root } = sessionOf(run, runs);
  return session === undefined ? `run:${root}` : `${run.engine}:${session}`;
}
