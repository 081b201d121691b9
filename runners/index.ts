import type { MakeEngine } from "../src/engine/configured.ts";
import type { Engine } from "../src/engine/contract.ts";
import { ConfigError } from "../src/errors.ts";
import { acpEngine } from "./acp/index.ts";
import { claude } from "./claude/index.ts";
import { codex } from "./codex/index.ts";
import { opencode } from "./opencode/index.ts";
import { loadEnginePackage } from "./package.ts";
import { pi } from "./pi/index.ts";

/** The engines of this program, by id. Config, chat commands and tests follow from this list. */
export const engines: readonly Engine[] = [claude, codex, opencode, pi];

/** Makes the engines that the config adds. */
export const makeEngine: MakeEngine = ({ id, type, package: name, directory }) => {
  if (id !== undefined && type === "acp") return acpEngine(id);
  if (type !== "package") throw new ConfigError(`has the type "${type}"; expected "acp", or the name of a package.`);
  if (name === undefined) throw new ConfigError('needs type = "acp", or package = "its name".');
  const engine = loadEnginePackage(name, directory);
  if (id === undefined || id === engine.id) return engine;
  throw new ConfigError(`names a package whose engine is "${engine.id}": write [engines.${engine.id}].`);
};
