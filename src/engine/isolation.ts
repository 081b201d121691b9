import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { EngineError } from "../errors.ts";
import type { EngineSetup, Probe, ResumeCodec } from "./contract.ts";
import { commonVariables } from "./environment.ts";
import type { EngineOptions } from "./options.ts";

/** The meaning of an engine's own home directory, and the way in which the engine takes a key. */
export interface Isolation {
  /** The folder below the home directory in which it keeps config and sessions: `.codex`. */
  readonly folder: string;
  /** The variable that names the folder; absent if the home directory decides. */
  readonly variable?: string;
  /** The file with the person's login, below the home directory. It is linked. */
  readonly login?: string;
  /** The variable in which it looks for the key of the model's provider; undefined if that cannot be told. */
  key(options: EngineOptions): string | undefined;
}

/** The setup as the options `isolated`, `load` and `api_key` want it. @throws EngineError for a key that is not there. */
export function isolate<Setup extends EngineSetup>(isolation: Isolation | undefined, setup: Setup): Setup {
  const { isolated, api_key: key } = setup.options;
  const home = typeof isolated === "string" ? isolated : undefined;
  if (home === undefined && key === undefined) return setup;
  const env = home === undefined ? withoutKeys(setup) : ownEnvironment(isolation, setup, home);
  return key === undefined ? { ...setup, env } : { ...setup, env, options: withKey(isolation, setup) };
}

/** Links login and what `load` names into the home directory, which is made; nothing else of the person is there. */
function ownEnvironment(isolation: Isolation | undefined, { env, options }: EngineSetup, home: string) {
  const own = commonVariables(env, options.env_passthrough);
  for (const name of Object.keys(own)) if (name.startsWith("XDG_")) delete own[name];
  mkdirSync(home, { recursive: true, mode: 0o700 });
  chmodSync(home, 0o700);
  if (isolation === undefined) return { ...own, HOME: home };
  const { folder, variable, login } = isolation;
  const person = env["HOME"] || homedir();
  const theirs = (variable && env[variable]) || join(person, folder);
  mkdirSync(join(home, folder), { recursive: true, mode: 0o700 });
  for (const name of options.load ?? []) link(join(theirs, name), join(home, folder, name));
  // With a key of its own it needs nobody's login.
  if (login !== undefined && options.api_key === undefined) {
    link(
      login.startsWith(`${folder}/`) ? join(theirs, login.slice(folder.length + 1)) : join(person, login),
      join(home, login),
    );
  }
  return { ...own, HOME: home, ...(variable && { [variable]: join(home, folder) }) };
}

function link(from: string, to: string): void {
  if (!existsSync(from) || lstatSync(to, { throwIfNoEntry: false })) return;
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  symlinkSync(from, to);
}

/** Keys of other providers stay here, unless the config lets them through by name. */
function withoutKeys({ env, options }: EngineSetup): EngineSetup["env"] {
  const passed = options.env_passthrough ?? [];
  const isKey = (name: string) => /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL/.test(name) && !passed.includes(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isKey(name)));
}

function withKey<Setup extends EngineSetup>(
  isolation: Isolation | undefined,
  { env, options }: Setup,
): Setup["options"] {
  const { api_key: key } = options;
  const name = key?.name ?? isolation?.key(options) ?? (key && "env" in key ? key.env : undefined);
  if (key === undefined || name === undefined) {
    throw new EngineError("It is not known in which variable the engine looks for its key: set `api_key.name`.");
  }
  return { ...options, env: { ...options.env, [name]: "env" in key ? fromEnv(key.env, env) : fromFile(key.file) } };
}

function fromEnv(name: string, env: EngineSetup["env"]): string {
  const value = env[name];
  if (value) return value;
  throw new EngineError(`The variable ${name} of \`api_key\` is not set: give it to the bridge.`);
}

function fromFile(file: string): string {
  try {
    const key = readFileSync(file, "utf8").trim();
    if (key !== "") return key;
  } catch (cause) {
    throw new EngineError(`The file ${file} of \`api_key\` cannot be read.`, { cause });
  }
  throw new EngineError(`The file ${file} of \`api_key\` is empty: put the key into it.`);
}

/** The report of `doctor` about the home directory and its login. */
export function isolationProblems(
  id: string,
  isolation: Isolation | undefined,
  { options: { isolated, api_key } }: Pick<EngineSetup, "options">,
): Probe["problems"] {
  if (typeof isolated !== "string") return [];
  const { mode } = statSync(isolated, { throwIfNoEntry: false }) ?? { mode: 0 };
  const isOpen = (mode & 0o077) !== 0;
  const login = isolation?.login;
  const needsLogin = login !== undefined && api_key === undefined && !existsSync(join(isolated, login));
  return [
    ...(isOpen ? [`${isolated} is open to other users: run \`chmod 700 ${isolated}\`.`] : []),
    ...(needsLogin ? [`${id} is isolated and has no login there: log in to it, or set ${id}.api_key.`] : []),
  ];
}

/** Resume lines that lead to the engine's own home directory, also when pasted into a terminal. */
export function isolatedResume(resume: ResumeCodec, isolation: Isolation | undefined, home: string): ResumeCodec {
  const { variable, folder } = isolation ?? {};
  const place = variable && folder ? `${variable}=${quote(join(home, folder))}` : `HOME=${quote(home)}`;
  return {
    format: (value) => `${place} ${resume.format(value)} # (isolated)`,
    parse: (line) =>
      resume.parse(line.replace(/^(?:[A-Z_]+=(?:'[^']*'|\S+)\s+)+/, "").replace(/\s+# \(isolated\)$/, "")),
  };
}

const quote = (path: string): string => (/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path}'`);

/** The variable that providers' own clients read: `OPENAI_API_KEY`. */
export const keyVariable = (provider: string): string => `${provider.toUpperCase().replace(/\W/g, "_")}_API_KEY`;
