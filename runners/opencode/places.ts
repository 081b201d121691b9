import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

export type Variables = Readonly<Record<string, string | undefined>>;

/** The folder of opencode's own config: the same on every system. */
export const configDirectory = (env: Variables): string =>
  join(env["XDG_CONFIG_HOME"] || join(env["HOME"] || homedir(), ".config"), "opencode");

/** The folder of opencode's sessions, logs and logins. */
export const dataDirectory = (env: Variables): string =>
  join(env["XDG_DATA_HOME"] || join(env["HOME"] || homedir(), ".local", "share"), "opencode");

/** The file that `OPENCODE_DB` names; undefined if it names none. */
function namedDatabase(env: Variables): string | undefined {
  const name = env["OPENCODE_DB"];
  return name && (name === MEMORY || isAbsolute(name) ? name : join(dataDirectory(env), name));
}

const MEMORY = ":memory:";

/** Whether opencode has run here before. Builds other than releases have the channel in the file's name. */
export function hasDatabase(env: Variables): boolean {
  const named = namedDatabase(env);
  if (named) return named === MEMORY || existsSync(named);
  const directory = dataDirectory(env);
  return existsSync(directory) && readdirSync(directory).some((name) => /^opencode(-.+)?\.db$/u.test(name));
}
