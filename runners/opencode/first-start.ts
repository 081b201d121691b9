import { existsSync } from "node:fs";

/** Gives the turn back; safe to call more than once. */
export type Release = () => void;

/** Creating the database takes a second or two; a model that never answers must not hold up the other starts. */
const LONGEST_WAIT_MS = 60_000;

const starts = new Map<string, Promise<void>>();

/**
 * Waits until opencode may be started on a database. One start creates it, alone: others at the same moment would
 * fail with `database is locked` (seen in 1.18.33). Once the file is there nobody waits.
 *
 * @returns What the caller must call when its opencode is up or gone; undefined where there is nothing to give back.
 */
export async function awaitFirstStart(database: string): Promise<Release | undefined> {
  if (database === ":memory:") return undefined;
  for (let first = starts.get(database); first !== undefined; first = starts.get(database)) await first;
  if (existsSync(database)) return undefined;
  let resolve = () => {};
  const isUp = new Promise<void>((done) => {
    resolve = done;
  });
  starts.set(database, isUp);
  const release = () => {
    clearTimeout(timer);
    if (starts.get(database) === isUp) starts.delete(database);
    resolve();
  };
  const timer = setTimeout(release, LONGEST_WAIT_MS);
  timer.unref();
  return release;
}
