import { nearest } from "../config/nearest.ts";
import type { Engine } from "../engine/contract.ts";
import { ConfigError } from "../errors.ts";

/** @throws ConfigError with the nearest name. */
export function requireEngine(engines: readonly Engine[], id: string): Engine {
  const engine = engines.find((one) => one.id === id.toLowerCase());
  if (engine) return engine;
  const ids = engines.map((one) => one.id);
  const near = nearest(id, ids);
  throw new ConfigError(`Unknown engine "${id}"; ${near ? `did you mean ${near}?` : `known: ${ids.join(", ")}.`}`);
}
