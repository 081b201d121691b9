import type { EngineSetup, Probe } from "../../src/engine/contract.ts";
import { engineEnv } from "../../src/engine/environment.ts";
import { findExecutable } from "../../src/engine/probe.ts";
import { capture, describeMissing } from "../../src/engine/process.ts";
import type { PiOptions } from "./options.ts";
import { PROVIDER_VARIABLES } from "./provider-variables.ts";
import { ENGINE } from "./state.ts";

/** Variables of the bridge's environment that pi gets. */
export const PI_VARIABLES: readonly string[] = ["PI_*", ...PROVIDER_VARIABLES];

const ANSWER_TIMEOUT_MS = 20_000;

/** Finds pi, its version, and what of the options it does not know yet; asks for its models to see a login. */
export async function probePi({ options, env }: EngineSetup & { readonly options: PiOptions }): Promise<Probe> {
  const own = engineEnv({ env, patterns: PI_VARIABLES, options, cwd: "/" });
  const cmd = options.cmd ?? ENGINE;
  const path = await findExecutable(cmd, own["PATH"]);
  if (path === undefined) return { problems: [describeMissing(ENGINE, cmd)] };
  const ask = async (flag: string): Promise<string> => {
    const request = { id: ENGINE, file: path, args: [flag], cwd: "/", env: own, timeoutMs: ANSWER_TIMEOUT_MS };
    const printed = await capture(request).catch(() => undefined);
    // Old pi answers on stderr, new pi on stdout.
    return printed ? `${printed.stdout}\n${printed.stderr}` : "";
  };
  const answer = await ask("--version");
  if (/^SyntaxError: .*node:module/m.test(answer)) return { path, problems: [nodeProblem(answer)] };
  const version = /^(?:omp\/)?(\d+\.\d+\.\d+\S*)$/m.exec(answer)?.[1];
  if (version === undefined) {
    return { path, problems: [`${path} --version gives no version; set pi.cmd to pi's executable.`] };
  }
  const problems = [...optionProblems(options, version), ...loginProblems(await ask("--list-models"))];
  return { path, version, problems };
}

function nodeProblem(answer: string): string {
  const node = /Node\.js v(\S+)/.exec(answer)?.[1];
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

const loginProblems = (models: string): readonly string[] =>
  /No models available/i.test(models)
    ? ["pi has no model that it may use; run `pi` and /login, or let the provider's key through to it."]
    : [];
