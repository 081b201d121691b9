import type { Config } from "../config/config.ts";
import type { ShownEvent } from "../domain/events.ts";
import type { Engine } from "../engine/contract.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { Worker } from "../worker/port.ts";
import type { Passes } from "./passes.ts";
import type { Cards, FileSource, Screens } from "./screen.ts";

/** Everything that a run needs. */
export interface JobOptions extends BridgeOptions {
  readonly passes: Passes;
  /** Hears what a run shows. */
  readonly onEvent?: (runId: string, event: ShownEvent) => void;
}

/** Hears of what happens to runs. */
export interface RunWatcher {
  /** Inside the transaction that stores the outcome. */
  ended(run: StoredRun): void;
  /** The outcome is stored. */
  begin(): void;
  /** A person is asked something. */
  asked(run: StoredRun, key: string): void;
}

/** Everything that the bridge and its parts need. */
export interface BridgeOptions {
  /** The config as it is now. */
  readonly config: () => Config;
  readonly engines: readonly Engine[];
  readonly store: Store;
  readonly worker: Worker;
  readonly screens: Screens;
  readonly cards: Cards;
  readonly watcher?: RunWatcher;
  readonly fileSource: FileSource;
  readonly log: Logger;
  /** ms since 1970. */
  readonly now: () => number;
}
