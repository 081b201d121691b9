import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

export type Variables = Readonly<Record<string, string | undefined>>;

/** Where opencode keeps its own config: the same on every system. */
export const configDirectory = (env: Variables): string =>
  join(env["XDG_CONFIG_HOME"] || join(env["HOME"] || homedir(), ".config"), "opencode");

/** Where opencode keeps sessions, logs and logins. */
export const dataDirectory = (env: Variables): string =>
  join(env["XDG_DATA_HOME"] || join(env["HOME"] || homedir(), ".local", "share"), "opencode");

/** The file that holds all sessions, as released versions name it; may be `:memory:`. */
export function databasePath(env: Variables): string {
  const named = env["OPENCODE_DB"];
  if (!named) return join(dataDirectory(env), "opencode.db");
  return named === ":memory:" || isAbsolute(named) ? named : join(dataDirectory(env), named);
}
