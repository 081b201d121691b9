import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname } from "node:path";
import type { Config } from "../config/config.ts";
import { editToml, writePrivateFile } from "../config/edit.ts";
import { applyEnvironment } from "../config/environment.ts";
import { findConfig, locateConfig } from "../config/find.ts";
import { readValue } from "../config/keys.ts";
import { defaultOf } from "../config/known-key.ts";
import { checkConfig, readTable } from "../config/load.ts";
import { formatKey, formatValue, parseToml } from "../config/toml.ts";
import type { Table } from "../domain/table.ts";
import { ConfigError } from "../errors.ts";
import type { ApiServer } from "../telegram/proxy.ts";
import type { Context, Globals } from "./command.ts";

type Caller = Context & Globals;

/** The config file of this call, which may not exist yet. */
export const placeOf = ({ configFile: file, cwd, env }: Caller) => locateConfig({ file, cwd, env });

/** The folder of state and logs for this call's config. */
export const directoryOf = (caller: Caller): string => dirname(placeOf(caller).file);

/**
 * The file as it stands, unchecked: a file that does not hold can still be looked at.
 *
 * @throws ConfigError if it is missing or broken.
 */
export function readExisting(caller: Caller): Table {
  const { configFile: file, cwd, env } = caller;
  const found = findConfig({ file, cwd, env });
  if (found === undefined) throw new ConfigError(`Missing config file ${placeOf(caller).file}.`);
  return parseToml(readFileSync(found, "utf8"), found);
}

/** Token and server of `table` with the environment over it, before the whole is a config. */
export function botOf(table: Table, { env }: Caller): { token: string | undefined; server: ApiServer } {
  const seen = applyEnvironment(table, env).table;
  const textAt = (key: string) => {
    const value = readValue(seen, ["transports", "telegram", key]);
    return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
  };
  return { token: textAt("bot_token"), server: { api_root: textAt("api_root"), proxy: textAt("proxy") } };
}

/** The file for an edit: in its present form, or empty if there is none yet. */
export function openForEdit(caller: Caller): { file: string; text: string; table: Table } {
  const { file, exists } = placeOf(caller);
  return exists ? { file, ...readTable(file) } : { file, text: "", table: {} };
}

/**
 * Checks `table` as the whole config, without the environment's part, and writes it over `text`.
 *
 * @throws ConfigError if it does not hold; the file is then untouched.
 */
export async function saveTable(caller: Caller, file: string, text: string, table: Table): Promise<Config> {
  const config = await checkTable(caller, file, table);
  writePrivateFile(file, editToml(text, table));
  return config;
}

/** @throws ConfigError if `table` is no whole config. */
export async function checkTable(caller: Caller, file: string, table: Table): Promise<Config> {
  const { engines, makeEngine: make } = await import("../../runners/index.ts");
  const plain = Object.entries(caller.env).filter(([name]) => !name.startsWith("TAKOPI__"));
  return checkConfig({ file, table, engines, make, cwd: caller.cwd, env: Object.fromEntries(plain) });
}

/**
 * One sentence about a key that the file does not set.
 *
 * @throws ConfigError if there is no such key.
 */
export async function describeUnset(path: readonly string[]): Promise<string> {
  const { engines } = await import("../../runners/index.ts");
  const value = defaultOf(path, engines);
  const isPlain = value !== undefined && typeof value !== "object";
  return `${formatKey(path)} is not set${isPlain ? `; its default is ${formatValue(value)}` : ""}.`;
}

/** A path with the home directory as `~`. */
export function shortPath(path: string, env: NodeJS.ProcessEnv): string {
  const home = env["HOME"] || homedir();
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
