import { createRequire } from "node:module";
import { join } from "node:path";
import { z } from "zod";
import type { Engine } from "../src/engine/contract.ts";
import { defineEngine } from "../src/engine/define.ts";
import { engineEnv } from "../src/engine/environment.ts";
import { describeExit } from "../src/engine/exit.ts";
import { baseOptions } from "../src/engine/options.ts";
import { probeExecutable } from "../src/engine/probe.ts";
import { defineLive } from "../src/engine/to-engine.ts";
import { describeTool } from "../src/engine/tools.ts";
import { ConfigError, EngineError } from "../src/errors.ts";

/** Grows when a package that was written for the one before no longer works. */
const CONTRACT = 1;

/** The tools to make an engine in a package: takopi's own, so that there is one copy of each. */
const kit = {
  ...{ z, baseOptions, defineHeadless: defineEngine, defineLive },
  ...{ probeExecutable, engineEnv, describeTool, describeExit, EngineError },
};
export type EngineKit = typeof kit;

interface EnginePackage {
  readonly contract?: unknown;
  readonly default?: (given: EngineKit) => Engine;
}

/**
 * The engine of an npm package, which is looked for beside the config and then beside takopi.
 *
 * @throws ConfigError that says what is wrong with it.
 */
export function loadEnginePackage(name: string, directory: string): Engine {
  const found = load(name, [join(directory, "package.json"), import.meta.url]);
  if (found.contract !== CONTRACT) {
    const whose = typeof found.contract === "number" ? `was made for version ${found.contract}` : "names no version";
    throw new ConfigError(
      `${whose} of the contract of engines, and this takopi has version ${CONTRACT}: update it, or takopi.`,
    );
  }
  if (typeof found.default !== "function") throw new ConfigError("has no engine as its default export.");
  const engine = found.default(kit);
  if (typeof engine?.id === "string" && typeof engine.open === "function") return engine;
  throw new ConfigError("makes something that is no engine: it must return what defineHeadless or defineLive gives.");
}

function load(name: string, places: readonly string[]): EnginePackage {
  for (const place of places) {
    const require = createRequire(place);
    const file = resolve(require, name);
    if (file === undefined) continue;
    try {
      return require(file) as EnginePackage;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ConfigError(`cannot be loaded (${reason}).`, { cause });
    }
  }
  throw new ConfigError(`is not installed: run \`npm install ${name}\` in the folder of the config.`);
}

function resolve(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}
