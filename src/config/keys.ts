import { isTable, type Table } from "../domain/table.ts";
import { ConfigError } from "../errors.ts";
import { redact } from "../log.ts";
import { isSecret } from "./problem.ts";
import { formatKey, formatValue } from "./toml.ts";

/**
 * `projects.web.path` in parts.
 *
 * @throws ConfigError if a part is empty or holds anything but letters, digits, `_` and `-`.
 */
export function parseKey(key: string): string[] {
  const parts = key.split(".");
  if (parts.every((part) => /^[\w-]+$/.test(part))) return parts;
  throw new ConfigError(`"${key}" is not a key; expected names with dots between them, such as limits.parallel_runs.`);
}

/** The value at `path`; undefined if there is none. */
export function readValue(table: Table, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (place, part) => (isTable(place) && Object.hasOwn(place, part) ? place[part] : undefined),
    table,
  );
}

/**
 * A copy with `value` at `path`, its tables made if they are missing.
 *
 * @throws ConfigError if a part of the path is a plain value.
 */
export function withValue(table: Table, path: readonly string[], value: unknown): Table {
  const [part, ...rest] = path;
  if (part === undefined) return table;
  if (rest.length === 0) return { ...table, [part]: value };
  const inner = Object.hasOwn(table, part) ? table[part] : {};
  if (!isTable(inner))
    throw new ConfigError(`${part} is a value and not a table, so it can hold no ${rest.join(".")}.`);
  return { ...table, [part]: withValue(inner, rest, value) };
}

/** A copy without the value at `path`, and without the tables that this empties. */
export function withoutValue(table: Table, path: readonly string[]): Table {
  const [part, ...rest] = path;
  if (part === undefined) return table;
  const { [part]: inner, ...others } = table;
  if (rest.length === 0 || !isTable(inner)) return others;
  const left = withoutValue(inner, rest);
  return Object.keys(left).length === 0 ? others : { ...table, [part]: left };
}

/** Every leaf as `a.b = literal`, sorted by key, without secrets. */
export function flatten(table: Table, prefix: readonly string[] = []): string[] {
  return Object.entries(table)
    .flatMap(([key, value]) => {
      const path = [...prefix, key];
      return isTable(value) ? flatten(value, path) : [`${formatKey(path)} = ${withoutSecrets(value, path)}`];
    })
    .sort();
}

/** A value as the file would hold it, for people who paste it elsewhere: tokens, keys and passwords are hidden. */
export function withoutSecrets(value: unknown, path: readonly string[]): string {
  if (isSecret(path) && !Array.isArray(value)) return '"[hidden]"';
  return redact(formatValue(value)).replace(/(?<=:\/\/)[^/@\s"]+(?=@)/g, "[hidden]");
}
