import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BOUNDS } from "../../src/bounds.ts";
import type { EngineSetup, Probe } from "../../src/engine/contract.ts";
import { engineEnv } from "../../src/engine/environment.ts";
import { CORRECT_FILE, checkEngine, probeExecutable } from "../../src/engine/probe.ts";
import type { CodexOptions } from "./options.ts";
import { codexHome } from "./rollout.ts";

/** Variables that codex itself reads: its home, its key, its certificates. */
export const CODEX_VARIABLES = ["CODEX_*"];

/** Finds codex, and has it read its configuration and say whether it is logged in, if that matters. */
export async function probe({ options, env }: EngineSetup & { readonly options: CodexOptions }): Promise<Probe> {
  const own = engineEnv({ env, patterns: CODEX_VARIABLES, options, cwd: "/" });
  const found = await probeExecutable({ id: "codex", cmd: options.cmd ?? "codex", env: own });
  if (found.path === undefined || found.problems.length > 0) return found;
  const home = codexHome(own);
  const isServed = own["CODEX_API_KEY"] !== undefined || (await hasOtherProvider(options, home));
  const request = { id: "codex", file: found.path, args: ["login", "status"], cwd: "/", env: own };
  const problems = await checkEngine({ ...request, limitMs: BOUNDS.engine.loginMs }, ({ code, output }) =>
    code === 0 ? configProblem(output, home) : (configProblem(output, home) ?? loginProblem(output, isServed, own)),
  );
  return { ...found, problems };
}

/** codex names the file of what it cannot parse, but not of a provider that is not there. */
function configProblem(output: string, home: string): string | undefined {
  const broken = /Error loading config(?:uration|\.toml): (.+)/.exec(output)?.[1];
  if (broken === undefined || broken.includes("CODEX_HOME points to")) return undefined;
  const where = broken.includes("config.toml") ? broken : `${join(home, "config.toml")}: ${broken}`;
  return `Codex cannot read its configuration (${where}): ${CORRECT_FILE}`;
}

/** Versions without the command, and whatever else it may say, are no reason for an alarm. */
function loginProblem(output: string, isServed: boolean, env: Readonly<Record<string, string>>): string | undefined {
  if (/CODEX_HOME points to/.test(output)) return `CODEX_HOME is ${env["CODEX_HOME"]}, which is not there; create it.`;
  if (isServed || !/^Not logged in/im.test(output)) return undefined;
  return "Codex is not logged in; run `codex login`, or set CODEX_API_KEY for the bridge.";
}

/** Whether a provider other than OpenAI may serve the models: it needs no login, so none is asked for. */
async function hasOtherProvider(options: CodexOptions, home: string): Promise<boolean> {
  const files = ["config.toml", ...(options.profile === undefined ? [] : [`${options.profile}.config.toml`])];
  const texts = await Promise.all(files.map((file) => readFile(join(home, file), "utf8").catch(() => "")));
  const flags = (options.extra_args ?? []).join("\n");
  return /--oss\b|^[^#\n]*\bmodel_provider\s*=(?!\s*["']?openai\b)/m.test([...texts, flags].join("\n"));
}
