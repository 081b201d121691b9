import { BOUNDS } from "../../src/bounds.ts";
import type { EngineSetup, Probe } from "../../src/engine/contract.ts";
import { engineEnv } from "../../src/engine/environment.ts";
import { CORRECT_FILE, checkEngine, probeExecutable, type Said } from "../../src/engine/probe.ts";
import { isOmp } from "./omp.ts";
import type { PiOptions } from "./options.ts";
import { PROVIDER_VARIABLES } from "./provider-variables.ts";
import { ENGINE } from "./state.ts";

/** Variables of the bridge's environment that pi gets. */
export const PI_VARIABLES: readonly string[] = ["PI_*", ...PROVIDER_VARIABLES];

/** pi says nothing but the number, omp its name as well. */
const VERSION = /^(?:omp\/)?(\d+\.\d+\.\d+\S*)$/m;

/** Finds pi, its version, and what of the options it does not know yet; asks for its models to see files and login. */
export async function probePi({ options, env }: EngineSetup & { readonly options: PiOptions }): Promise<Probe> {
  const own = engineEnv({ env, patterns: PI_VARIABLES, options, cwd: "/" });
  const request = { id: ENGINE, cmd: options.cmd ?? ENGINE, env: own, version: VERSION, explain: nodeProblem };
  const found = await probeExecutable(request);
  const { path, version } = found;
  if (path === undefined || version === undefined) return found;
  // oh-my-pi has no such flag.
  if (isOmp(path)) return found;
  const command = { id: ENGINE, file: path, args: ["--list-models"], cwd: "/", env: own };
  const problems = await checkEngine({ ...command, limitMs: BOUNDS.engine.modelsMs }, modelsProblem);
  return { ...found, problems: [...optionProblems(options, version), ...problems] };
}

function nodeProblem(output: string): string | undefined {
  if (!/^SyntaxError: .*node:module/m.test(output)) return undefined;
  const node = /Node\.js v(\S+)/.exec(output)?.[1];
  const found = node ? `; it found ${node}` : "";
  return `This pi needs Node 22.19 or later${found}. Put a newer Node first on PATH, or set pi.cmd to a pi that has one.`;
}

/** Flags that came later than 0.73, the oldest line that works here. */
function optionProblems(options: PiOptions, version: string): readonly string[] {
  const late = [
    ["approve", 79],
    ["exclude_tools", 79],
  ] as const;
  const problems = late
    .filter(([key, minor]) => options[key] !== undefined && isOlder(version, minor))
    .map(([key, minor]) => `pi.${key} needs pi 0.${minor} or later; update pi or unset the key.`);
  if (options.provider === undefined || options.model !== undefined || isOlder(version, 79)) return problems;
  return [...problems, "pi.provider is refused without a model; set pi.model as well."];
}

/** Whether it is before 0.`minor`. */
export function isOlder(version: string, minor: number): boolean {
  const [major = 0, found = 0] = version.split(".").map(Number);
  return major === 0 && found < minor;
}

/** With a file that it cannot read, pi has no models either: the file is the cause. */
function modelsProblem({ output }: Said): string | undefined {
  const broken = brokenFile(output);
  if (broken !== undefined) return `pi cannot read ${broken}; ${CORRECT_FILE}`;
  if (!/No models available/i.test(output)) return undefined;
  return "pi has no model that it may use; run `pi` and /login, or let the provider's key through to it.";
}

/** The file that pi complains of, and what is wrong with it. */
export function brokenFile(output: string): string | undefined {
  const found = /errors? loading (?:\S+\.json):?\s*\n([\s\S]+?)\s*\n\s*File: (.+)/.exec(output);
  return found ? `${found[2]}: ${found[1]?.trim().replace(/\s*\n\s*/g, " ")}` : undefined;
}
