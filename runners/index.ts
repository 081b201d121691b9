import type { MakeEngine } from "../src/engine/configured.ts";
import type { Engine } from "../src/engine/contract.ts";
import { ConfigError } from "../src/errors.ts";
import { acpEngine } from "./acp/index.ts";
import { claude } from "./claude/index.ts";
import { codex } from "./codex/index.ts";
import { opencode } from "./opencode/index.ts";
import { pi } from "./pi/index.ts";

/** The engines of this program, by id. Config, chat commands and tests follow from this list. */
export const engines: readonly Engine[] = [claude, codex, opencode, pi];

/** Makes the engines that the config adds. */
export const makeEngine: MakeEngine = ({ id, type }) => {
  if (id !== undefined && type === "acp") return acpEngine(id);
  throw new ConfigError(`has the type "${type}"; expected "acp".`);
};
