import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EngineSetup, Probe } from "../../src/engine/contract.ts";
import { engineEnv } from "../../src/engine/environment.ts";
import { probeExecutable } from "../../src/engine/probe.ts";
import { capture } from "../../src/engine/process.ts";
import type { CodexOptions } from "./options.ts";
import { codexHome } from "./rollout.ts";

/** Variables that codex itself reads: its home, its key, its certificates. */
export const CODEX_VARIABLES = ["CODEX_*"];

const LOGIN_TIMEOUT_MS = 10_000;

/** Finds codex, and asks it whether it is logged in where that matters. */
export async function probe({ options, env }: EngineSetup & { readonly options: CodexOptions }): Promise<Probe> {
  const own = engineEnv({ env, patterns: CODEX_VARIABLES, options, cwd: "/" });
  const found = await probeExecutable({ id: "codex", cmd: options.cmd ?? "codex", env: own });
  if (found.path === undefined || found.problems.length > 0) return found;
  const isServed = own["CODEX_API_KEY"] !== undefined || (await hasOtherProvider(options, codexHome(own)));
  const problem = isServed ? undefined : await loginProblem(found.path, own);
  return problem === undefined ? found : { ...found, problems: [problem] };
}

async function loginProblem(file: string, env: Readonly<Record<string, string>>): Promise<string | undefined> {
  const request = { id: "codex", file, args: ["login", "status"], cwd: "/", env, timeoutMs: LOGIN_TIMEOUT_MS };
  const status = await capture(request).catch(() => undefined);
  if (status === undefined || status.code === 0) return undefined;
  const said = `${status.stdout}\n${status.stderr}`;
  if (/CODEX_HOME points to/.test(said)) return `CODEX_HOME is ${env["CODEX_HOME"]}, which is not there; create it.`;
  // Versions without the command, and whatever else it may say, are no reason for an alarm.
  return /not logged in/i.test(said)
    ? "Codex is not logged in; run `codex login`, or set CODEX_API_KEY for the bridge."
    : undefined;
}

/** Whether a provider other than OpenAI may serve the models: such a one needs no login, so none is asked for. */
async function hasOtherProvider(options: CodexOptions, home: string): Promise<boolean> {
  const files = ["config.toml", ...(options.profile === undefined ? [] : [`${options.profile}.config.toml`])];
  const texts = await Promise.all(files.map((file) => readFile(join(home, file), "utf8").catch(() => "")));
  const flags = (options.extra_args ?? []).join("\n");
  return /--oss\b|^[^#\n]*\bmodel_provider\s*=(?!\s*["']?openai\b)/m.test([...texts, flags].join("\n"));
}
