import { isTable, type Table } from "../domain/table.ts";
import { parseValue } from "./toml.ts";

const PREFIX = "TAKOPI__";

/** The file's values with those of the environment over them, and which variable each came from. */
export interface Overridden {
  readonly table: Table;
  /** By key path joined with ".": the variable's name. */
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * Overrides `a.b` with `TAKOPI__A__B=value`. A segment takes the spelling of an existing key, whatever its case, and is
 * lower case otherwise. A value is TOML if it can be read as TOML, else text. `table` is not changed.
 */
export function applyEnvironment(table: Table, env: NodeJS.ProcessEnv): Overridden {
  const result = structuredClone(table);
  const variables = new Map<string, string>();
  for (const name of Object.keys(env).sort()) {
    const text = env[name];
    const segments = name.slice(PREFIX.length).split("__");
    if (!name.startsWith(PREFIX) || text === undefined || segments.includes("")) continue;
    const path = put(result, segments, parseValue(text));
    variables.set(path.join("."), name);
  }
  return { table: result, variables };
}

function put(table: Table, segments: readonly string[], value: unknown): string[] {
  const path: string[] = [];
  let place = table;
  segments.forEach((segment, index) => {
    const key = keyLike(place, segment);
    path.push(key);
    if (index === segments.length - 1) {
      place[key] = value;
      return;
    }
    const next = place[key];
    const inner = isTable(next) ? next : {};
    place[key] = inner;
    place = inner;
  });
  return path;
}

function keyLike(table: Table, segment: string): string {
  const lower = segment.toLowerCase();
  return Object.keys(table).find((key) => key.toLowerCase() === lower) ?? lower;
}
