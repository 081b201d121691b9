import type { Config } from "../config/config.ts";
import { engineOptions } from "../config/engine-options.ts";
import type { Engine } from "../engine/contract.ts";
import { untested } from "../engine/versions.ts";
import type { Check, CheckOptions } from "./checks.ts";

/** Looks for every engine, and has each that is there read its own configuration. */
export const checkEngines = (config: Config, options: CheckOptions): Promise<Check[]> =>
  Promise.all(config.known.map((engine) => checkEngine(engine, config, options)));

async function checkEngine(engine: Engine, config: Config, { env }: CheckOptions): Promise<Check> {
  const isDefault = engine.id === config.default_engine;
  const name = `engine ${engine.id}${isDefault ? " (default)" : ""}`;
  const options = engineOptions(config, engine, undefined);
  const { path, version, problems } = await engine.probe({ options, env, isThorough: true });
  const news = version && untested(version, engine.tested);
  const found = [version, path, news].filter(Boolean).join(", ");
  if (problems.length === 0) return { name, state: "ok", detail: found };
  const detail = found || "not found";
  return { name, state: isDefault ? "error" : "warning", detail, fix: problems.join(" ") };
}
