import type { EngineSetup, Probe } from "../../src/engine/contract.ts";
import { engineEnv } from "../../src/engine/environment.ts";
import { probeExecutable } from "../../src/engine/probe.ts";
import { CLAUDE_VARIABLES, type ClaudeOptions } from "./options.ts";
import { ENGINE } from "./state.ts";

const VERSION = /^(\d+\.\d+\.\d+\S*)(?: \(Claude Code\))?$/m;

/** Finds claude and its version. Its login is not touched: a run says if there is none. */
export function probe({ options, env }: EngineSetup & { readonly options: ClaudeOptions }): Promise<Probe> {
  const own = engineEnv({ env, patterns: CLAUDE_VARIABLES, options, cwd: "/" });
  return probeExecutable({ id: ENGINE, cmd: options.cmd ?? ENGINE, env: own, version: VERSION });
}
