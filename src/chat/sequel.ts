import type { Bridge } from "../bridge/bridge.ts";
import type { Store } from "../store/store.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { Press } from "./incoming.ts";

interface SequelParts {
  readonly bridge: Bridge;
  readonly store: Store;
}

/**
 * Starts a run that resumes an ended one, or is the same task again. The press is handled when the run is stored: one
 * without the other would run it twice, or never.
 *
 * @param more Stored together with the run.
 * @throws UserError
 */
export function addSequel(
  run: StoredRun,
  how: "resume" | "again",
  press: Press,
  { bridge, store }: SequelParts,
  more: () => void = () => {},
): void {
  const id = store.transaction(() => {
    store.updates.handled(press.updateId);
    more();
    return bridge.addSequel(run, how, press.userId);
  });
  bridge.start(id);
}
