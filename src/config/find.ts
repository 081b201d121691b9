import { type Stats, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { ConfigError } from "../errors.ts";
import { refuseForeign, refuseWritable } from "./trusted-file.ts";

/** Where a config may come from. `file` is the command line's `--config`. */
export interface ConfigSearch {
  readonly file?: string | undefined;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The config's path, absolute, and whether a file is there yet. */
export interface ConfigPlace {
  readonly file: string;
  readonly exists: boolean;
}

/**
 * Looks at `--config`, then `$TAKOPI_CONFIG`, then `.takopi/takopi.toml` in the working directory and its parents,
 * then in the home directory, which is also the place for a new one.
 *
 * @throws ConfigError if the path is not a file.
 */
export function locateConfig(search: ConfigSearch): ConfigPlace {
  const home = search.env["HOME"] || homedir();
  const named = search.file || search.env["TAKOPI_CONFIG"];
  if (named) {
    const file = resolve(search.cwd, expandHome(named, home));
    return { file, exists: findFile(file) !== undefined };
  }
  const own = join(home, ".takopi", "takopi.toml");
  for (const directory of upwards(resolve(search.cwd))) {
    const file = join(directory, ".takopi", "takopi.toml");
    const found = findFile(file);
    if (found && file !== own) refuseForeign(file, found);
    if (found) return { file, exists: true };
  }
  return { file: own, exists: findFile(own) !== undefined };
}

/**
 * Like {@link locateConfig}, but a file that was asked for by name must be there.
 *
 * @returns undefined if no place of the search has one.
 * @throws ConfigError if the named file is missing.
 */
export function findConfig(search: ConfigSearch): string | undefined {
  const { file, exists } = locateConfig(search);
  if (exists) return file;
  if (!search.file && !search.env["TAKOPI_CONFIG"]) return undefined;
  throw new ConfigError(`Missing config file ${file}: write it, or name another with --config or $TAKOPI_CONFIG.`);
}

/** `~` and `~/x` in the home directory; everything else unchanged. */
export function expandHome(path: string, home: string): string {
  return path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path;
}

function findFile(path: string): Stats | undefined {
  const found = look(path);
  if (found && !found.isFile()) throw new ConfigError(`Config path ${path} exists but is not a file.`);
  if (found) refuseWritable(path, found);
  return found;
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`Config path ${path} cannot be looked at (${reason}).`, { cause });
  }
}

function* upwards(from: string): Generator<string> {
  for (let directory = from; ; directory = dirname(directory)) {
    yield directory;
    if (directory === dirname(directory)) return;
  }
}
