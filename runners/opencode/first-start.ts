import { BOUNDS } from "../../src/bounds.ts";
import type { Slot } from "../../src/engine/host.ts";
import { withResolvers } from "../../src/engine/with-resolvers.ts";

/** Gives the turn back; safe to call more than once. */
export type Release = () => void;

/** By data directory, the start that creates the database there. */
export type FirstStarts = Map<string, Promise<void>>;

export const firstStarts: Slot<FirstStarts> = { make: () => new Map() };

/**
 * Waits until opencode may be started on a data directory. One start creates the database there, alone: others at the
 * same moment would fail with `database is locked` (seen in 1.18.33). Once it is there nobody waits.
 *
 * @returns What the caller must call when its opencode is up or gone; undefined if there is nothing to give back.
 */
export async function awaitFirstStart(
  starts: FirstStarts,
  directory: string,
  hasDatabase: () => boolean,
): Promise<Release | undefined> {
  for (let first = starts.get(directory); first !== undefined; first = starts.get(directory)) await first;
  if (hasDatabase()) return undefined;
  const { promise: isUp, resolve } = withResolvers();
  starts.set(directory, isUp);
  const release = () => {
    clearTimeout(timer);
    if (starts.get(directory) === isUp) starts.delete(directory);
    resolve();
  };
  const timer = setTimeout(release, BOUNDS.run.firstStartMs);
  timer.unref();
  return release;
}
