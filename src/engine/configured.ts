import type { Engine } from "./contract.ts";

/** An engine of the config: an entry of `engines`. */
export interface ConfiguredEngine {
  /** The table's name; undefined for an entry of a list, which names a package alone. */
  readonly id: string | undefined;
  /** How it is driven; a package brings that itself. */
  readonly type: string;
  readonly package: string | undefined;
  /** The config's folder: packages are looked for from here first. */
  readonly directory: string;
}

/** @throws ConfigError whose text continues the name of the entry's key. */
export type MakeEngine = (configured: ConfiguredEngine) => Engine;
