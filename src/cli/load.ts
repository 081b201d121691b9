import { engines, makeEngine } from "../../runners/index.ts";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { ConfigError } from "../errors.ts";
import type { Context, Globals } from "./command.ts";

type Call = Pick<Context & Globals, "configFile" | "cwd" | "env">;

/** The config of a call, with the engines of this program and those that the config adds. @throws ConfigError */
export const loadFor = ({ configFile: file, cwd, env }: Call): Config =>
  loadConfig({ file, cwd, env, engines, make: makeEngine });

/** The names that may follow `takopi`. A config that does not hold adds none: the command itself tells what is wrong. */
export function engineIds(call: Call): readonly string[] {
  try {
    return loadFor(call).known.map(({ id }) => id);
  } catch (error) {
    if (error instanceof ConfigError) return engines.map(({ id }) => id);
    throw error;
  }
}
