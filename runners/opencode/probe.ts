import type { EngineSetup, Probe } from "../../src/engine/contract.ts";
import { engineEnv } from "../../src/engine/environment.ts";
import { probeExecutable } from "../../src/engine/probe.ts";
import type { OpencodeOptions } from "./options.ts";
import { OPENCODE_VARIABLES } from "./provider-variables.ts";
import { ENGINE } from "./state.ts";

/** The first version that keeps its sessions in the database which `sessions.ts` asks. */
const OLDEST = [1, 2] as const;

/** Finds opencode. */
export async function probe({ options, env }: EngineSetup & { readonly options: OpencodeOptions }): Promise<Probe> {
  const own = engineEnv({ env, patterns: OPENCODE_VARIABLES, options, cwd: "/" });
  const found = await probeExecutable({ id: ENGINE, cmd: options.cmd ?? "opencode", env: own });
  if (found.version === undefined || !isOlder(found.version)) return found;
  const problem = `opencode ${found.version} is too old to go on with sessions; run \`opencode upgrade\`.`;
  return { ...found, problems: [...found.problems, problem] };
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
