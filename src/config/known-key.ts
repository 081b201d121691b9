import { z } from "zod";
import { isTable } from "../domain/table.ts";
import type { Engine } from "../engine/contract.ts";
import { ConfigError } from "../errors.ts";
import { nearest } from "./nearest.ts";
import { knownKeys } from "./problem.ts";
import { fileSchema } from "./schema.ts";
import { formatKey } from "./toml.ts";

/**
 * The default of a key.
 *
 * @returns undefined if it has none. @throws ConfigError for an unknown key, with the nearest known one.
 */
export function defaultOf(path: readonly string[], engines: readonly Engine[]): unknown {
  const [schema, rest] = schemaOf(path, engines);
  for (const [index, part] of rest.entries()) {
    const known = knownKeys(schema, rest.slice(0, index));
    if (known.length === 0 || known.includes(part)) continue;
    const parent = path.slice(0, path.length - rest.length + index);
    const near = nearest(part, known);
    const hint = near
      ? `did you mean ${formatKey([...parent, near])}?`
      : `known here: ${[...known].sort().join(", ")}.`;
    throw new ConfigError(`${formatKey([...parent, part])} is not a known key; ${hint}`);
  }
  return defaultIn(z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" }), rest);
}

/** Engines' tables are checked by the engines. */
function schemaOf(path: readonly string[], engines: readonly Engine[]): [z.ZodType, readonly string[]] {
  const at = path[0] === "projects" ? 2 : 0;
  const engine = engines.find(({ id }) => id === path[at]);
  return engine && path.length > at + 1 ? [engine.options, path.slice(at + 1)] : [fileSchema(engines), path];
}

function defaultIn(schema: unknown, path: readonly string[]): unknown {
  const [part, ...rest] = path;
  if (!isTable(schema)) return undefined;
  if (part === undefined) return schema["default"];
  const properties = isTable(schema["properties"]) ? schema["properties"] : {};
  return defaultIn(properties[part] ?? schema["additionalProperties"], rest);
}
