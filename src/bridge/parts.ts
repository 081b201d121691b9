import type { Config } from "../config/config.ts";
import type { Engine } from "../engine/contract.ts";
import type { EngineHost } from "../engine/host.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { Cards } from "./cards.ts";
import type { Screens } from "./screen.ts";

export interface BridgeParts {
  /** The config as it is now. */
  readonly config: () => Config;
  readonly engines: readonly Engine[];
  /** What the engines of this bridge share. */
  readonly host: EngineHost;
  readonly store: Store;
  readonly screens: Screens;
  readonly cards: Cards;
  readonly log: Logger;
  /** Of the bridge; engines get a scrubbed copy. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a run without a project works. */
  readonly home: string;
  /** ms since 1970. */
  readonly now: () => number;
}
