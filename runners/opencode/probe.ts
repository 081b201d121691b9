import { BOUNDS } from "../../src/bounds.ts";
import type { Probe, ProbeSetup } from "../../src/engine/contract.ts";
import { engineEnv } from "../../src/engine/environment.ts";
import { CORRECT_FILE, checkEngine, probeExecutable, type Said } from "../../src/engine/probe.ts";
import type { OpencodeOptions } from "./options.ts";
import { OPENCODE_VARIABLES } from "./provider-variables.ts";
import { ENGINE } from "./state.ts";

/** The first version that keeps its sessions in the database which `sessions.ts` asks. */
const OLDEST = [1, 2] as const;

/** Finds opencode; thoroughly: has it read its configuration, which takes it seconds. */
export async function probe(setup: ProbeSetup & { readonly options: OpencodeOptions }): Promise<Probe> {
  const { options, env, isThorough } = setup;
  const own = engineEnv({ env, patterns: OPENCODE_VARIABLES, options, cwd: "/" });
  const found = await probeExecutable({ id: ENGINE, cmd: options.cmd ?? "opencode", env: own });
  const { path, version } = found;
  if (path === undefined || version === undefined) return found;
  const problem = versionProblem(version);
  if (problem !== undefined || !isThorough) return { ...found, problems: problem === undefined ? [] : [problem] };
  const command = { id: ENGINE, file: path, args: ["models"], cwd: "/", env: own };
  return { ...found, problems: await checkEngine({ ...command, limitMs: BOUNDS.engine.modelsMs }, modelsProblem) };
}

function versionProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > OLDEST[0]) {
    return `opencode ${version} speaks a protocol of its own, which takopi does not know; install opencode 1 (\`npm install -g opencode-ai@1\`) and set opencode.cmd to it, or run this one over ACP (\`opencode acp\`).`;
  }
  if (major === OLDEST[0] && minor >= OLDEST[1]) return undefined;
  return `opencode ${version} is too old to go on with sessions; run \`opencode upgrade\`.`;
}

function modelsProblem({ output }: Said): string | undefined {
  const json = /Config file at (.+) is not valid JSON[\s\S]*?^(\w+) at line (\d+), column (\d+)/m.exec(output);
  if (json) return `opencode cannot read ${json[1]}:${json[3]}:${json[4]} (${json[2]}); ${CORRECT_FILE}`;
  const shape = /Configuration is invalid at (.+)\n\s*↳ (.+)/.exec(output);
  if (shape) return `opencode cannot read ${shape[1]} (${shape[2]}); ${CORRECT_FILE}`;
  if (/^[\w.@-]+\/\S+$/m.test(output)) return undefined;
  return "opencode has no models; run `opencode auth login`, or configure a provider.";
}
