import { isTable, type Table } from "../domain/table.ts";
import type { ConfiguredEngine, MakeEngine } from "../engine/configured.ts";
import type { Engine } from "../engine/contract.ts";
import { ConfigError } from "../errors.ts";

export interface WithConfigured {
  /** The engines that were given, and those of the config. */
  readonly engines: readonly Engine[];
  /** The file's table, with the options of the configured engines beside those of the others. */
  readonly table: Table;
  /** The ids with options in `[engines.<id>]`. */
  readonly moved: ReadonlySet<string>;
}

const ID = /^[a-z][a-z0-9_-]{0,30}$/;

/**
 * Adds the engines that `engines = ["takopi-engine-x"]` or `[engines.x]` names.
 *
 * @throws ConfigError that names the entry.
 */
export function addConfigured(
  table: Table,
  given: readonly Engine[],
  { make, directory, source }: { make: MakeEngine | undefined; directory: string; source: string },
): WithConfigured {
  const { engines: entries, ...rest } = table;
  if (make === undefined || entries === undefined) return { engines: given, table, moved: new Set() };
  const engines = [...given];
  const options: Table = {};
  for (const { key, id, value } of entriesOf(entries, source)) {
    const refuse = (text: string) => new ConfigError(`${source}: ${key} ${text}`);
    const { type = "package", package: name, ...own } = value;
    const engine = tell(refuse, () => make(checkEntry({ id, type, package: name, directory })));
    if (engines.some((one) => one.id === engine.id)) {
      throw refuse(`would be the engine "${engine.id}", which there is already; give it another name.`);
    }
    engines.push(engine);
    if (id === undefined) continue;
    if (rest[id] !== undefined) throw refuse(`has options in [${id}] too; keep them all in [${key}].`);
    options[id] = own;
  }
  return { engines, table: { ...rest, ...options }, moved: new Set(Object.keys(options)) };
}

interface Entry {
  readonly id: string | undefined;
  readonly type: unknown;
  readonly package: unknown;
  readonly directory: string;
}

function checkEntry({ id, type, package: name, directory }: Entry): ConfiguredEngine {
  if (typeof type !== "string" || (name !== undefined && typeof name !== "string")) {
    throw new ConfigError('needs type = "acp", or package = "its name".');
  }
  if (id !== undefined && !ID.test(id)) {
    throw new ConfigError("is no name for an engine; use lower-case letters, digits and dashes.");
  }
  return { id, type, package: name, directory };
}

function tell<Result>(refuse: (text: string) => ConfigError, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw error instanceof ConfigError ? refuse(error.message) : error;
  }
}

function entriesOf(entries: unknown, source: string) {
  if (Array.isArray(entries) && entries.every((name) => typeof name === "string")) {
    return entries.map((name) => ({ key: `engines "${name}"`, id: undefined, value: { package: name } as Table }));
  }
  if (!isTable(entries) || !Object.values(entries).every(isTable)) {
    throw new ConfigError(`${source}: engines is neither a list of packages nor tables such as [engines.x].`);
  }
  return Object.entries(entries).map(([id, value]) => ({ key: `engines.${id}`, id, value: value as Table }));
}
