import type { Config } from "../config/config.ts";
import { engineOptions } from "../config/engine-options.ts";
import type { Engine, Probe } from "../engine/contract.ts";
import { untested } from "../engine/versions.ts";
import type { Check, CheckOptions } from "./checks.ts";
import { loadFor } from "./load.ts";

/** Looks for every engine, and has each that is there read its own configuration. */
export const checkEngines = (config: Config, options: CheckOptions): Promise<Check[]> =>
  Promise.all(config.known.map((engine) => checkEngine(engine, config, options)));

async function checkEngine(engine: Engine, config: Config, { env }: CheckOptions): Promise<Check> {
  const options = engineOptions(config, engine, undefined);
  const probe = await engine.probe({ options, env, isThorough: true });
  const name = nameOf(engine, config);
  const detail = describe(probe, engine);
  if (probe.problems.length === 0) return { name, state: "ok", detail };
  return { name, state: isDefault(engine, config) ? "error" : "warning", detail, fix: probe.problems.join(" ") };
}

/** Starts every engine that is there, without a call of a model, and names what takopi needs and does not find. */
export async function compareEngines(options: CheckOptions): Promise<Check[]> {
  const config = loadFor(options);
  const checks: Check[] = [];
  // One after another, for each takes seconds of the whole machine.
  for (const engine of config.known) checks.push(await compareEngine(engine, config, options));
  return checks;
}

async function compareEngine(engine: Engine, config: Config, { env }: CheckOptions): Promise<Check> {
  const options = engineOptions(config, engine, undefined);
  const probe = await engine.probe({ options, env });
  const name = nameOf(engine, config);
  const detail = describe(probe, engine);
  if (probe.path === undefined) return { name, state: "ok", detail };
  const lost = (await engine.drift?.({ options, env, version: probe.version })) ?? [];
  if (lost.length === 0) return { name, state: "ok", detail: `${detail}, knows all that takopi needs` };
  return { name, state: "warning", detail, fix: [...lost, ...fixOf(engine, probe.version)].join(" ") };
}

function fixOf({ id, tested = [] }: Engine, version: string | undefined): readonly string[] {
  if (tested.length === 0) return [];
  if (version === undefined || !tested.includes(version))
    return [`Install a version that was tested (${tested.join(", ")}), or update takopi.`];
  return [`${version} had all of this when it was tested: install it again, or set ${id}.cmd to another executable.`];
}

const isDefault = ({ id }: Engine, config: Config): boolean => id === config.default_engine;

const nameOf = (engine: Engine, config: Config): string =>
  `engine ${engine.id}${isDefault(engine, config) ? " (default)" : ""}`;

function describe({ version, path }: Probe, { tested }: Engine): string {
  const news = version && untested(version, tested);
  return [version, path, news].filter(Boolean).join(", ") || "not found";
}
