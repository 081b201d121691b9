import { execFile } from "node:child_process";
import { plain, selfChecks } from "../../runners/self-check.ts";
import type { Config } from "../config/config.ts";
import { engineOptions } from "../config/engine-options.ts";
import type { Engine } from "../engine/contract.ts";
import type { Check, CheckOptions } from "./checks.ts";

const SELF_CHECK_TIMEOUT_MS = 20_000;
const MOST_OUTPUT = 4 * 1024 * 1024;

/** Looks for every engine, and has each that is there read its own configuration. */
export const checkEngines = (config: Config, options: CheckOptions): Promise<Check[]> =>
  Promise.all(config.known.map((engine) => checkEngine(engine, config, options)));

async function checkEngine(engine: Engine, config: Config, { env }: CheckOptions): Promise<Check> {
  const isDefault = engine.id === config.default_engine;
  const name = `engine ${engine.id}${isDefault ? " (default)" : ""}`;
  const state = isDefault ? "error" : "warning";
  const options = engineOptions(config, engine, undefined);
  const { path, version, problems } = await engine.probe({ options, env });
  if (problems.length > 0) return { name, state, detail: problems.join(" ") };
  const found = [version, path].filter(Boolean).join(", ");
  const problem = path === undefined ? undefined : await selfCheck(engine.id, path, { ...env, ...options.env });
  if (problem === undefined) return { name, state: "ok", detail: found };
  return { name, state: problem.isSure ? state : "warning", detail: `${found}; ${problem.detail}`, fix: problem.fix };
}

interface EngineProblem {
  readonly detail: string;
  readonly fix: string;
  /** False if runs may work all the same. */
  readonly isSure: boolean;
}

function selfCheck(id: string, path: string, env: NodeJS.ProcessEnv): Promise<EngineProblem | undefined> {
  const check = selfChecks[id];
  if (check === undefined) return Promise.resolve(undefined);
  const call = [path, ...check.args].join(" ");
  const limits = { timeout: SELF_CHECK_TIMEOUT_MS, killSignal: "SIGKILL", maxBuffer: MOST_OUTPUT } as const;
  return new Promise((done) => {
    const child = execFile(path, [...check.args], { env, cwd: "/", ...limits }, (error, stdout, stderr) => {
      const problem = check.read(plain(`${stderr}\n${stdout}`));
      const isLate = error?.killed === true;
      if (problem && !isLate) done({ ...problem, isSure: /Correct/.test(problem.fix) });
      else if (!isLate) done(undefined);
      else {
        const detail = `\`${call}\` did not end within ${SELF_CHECK_TIMEOUT_MS / 1000} s`;
        done({ detail, fix: "Try it in a terminal: it may wait for the network or for an answer.", isSure: false });
      }
    });
    child.stdin?.end();
  });
}
