import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { isTable, type Table } from "../domain/table.ts";
import type { MakeEngine } from "../engine/configured.ts";
import type { Engine } from "../engine/contract.ts";
import { isolatedResume } from "../engine/isolation.ts";
import { ConfigError } from "../errors.ts";
import { redact } from "../log.ts";
import { checkOnce } from "./check-once.ts";
import type { Config, Project, TelegramConfig } from "./config.ts";
import { addConfigured } from "./configured.ts";
import { writePrivateFile } from "./edit.ts";
import { checkEngineTables, engineWarnings } from "./engine-options.ts";
import { applyEnvironment, type Overridden } from "./environment.ts";
import { type ConfigSearch, expandHome, findConfig, locateConfig } from "./find.ts";
import { withoutLacking } from "./lacking-keys.ts";
import { brokenMachines, toMachines } from "./machines.ts";
import { migrate, migrateText } from "./migrate.ts";
import { brokenPresets, presetWarnings, toPresets } from "./presets.ts";
import { type Problem, toProblems } from "./problem.ts";
import { brokenRules, sameName } from "./rules.ts";
import { brokenSchedules, toSchedules } from "./schedules.ts";
import { type FileTable, fileSchema, type ProjectTable, type TelegramTable } from "./schema.ts";
import { formatKey, parseToml } from "./toml.ts";
import { brokenTriggers, toTriggers, toWebhooks } from "./triggers.ts";
import { brokenVoice, toVoice } from "./voice.ts";
import { idleGates, idleKeys } from "./warnings.ts";

/** The place of the config, and the engines whose tables it may have. */
export interface LoadOptions extends ConfigSearch {
  readonly engines: readonly Engine[];
  /** Makes those that the config adds; without it, the key `engines` is not known. */
  readonly make?: MakeEngine | undefined;
}

/**
 * Finds, reads and checks the config. Without a file it consists of the defaults and the environment. A file of an
 * older form is rewritten in the present one.
 *
 * @throws ConfigError with one line that names file or variable, key, what was found and what is allowed.
 */
export function loadConfig(options: LoadOptions): Config {
  const file = findConfig(options);
  const { table, warnings } = file === undefined ? { table: {}, warnings: [] } : readTable(file);
  return checkConfig({ ...options, table, file, warnings });
}

/** A table that may become a config. */
export interface Candidate extends LoadOptions {
  /** As read, migrated, without the environment's part. */
  readonly table: Table;
  /** The file of `table`; undefined if there is none. */
  readonly file: string | undefined;
  readonly warnings?: readonly string[];
}

/**
 * The part of {@link loadConfig} after reading.
 *
 * @throws ConfigError as there.
 */
export function checkConfig(candidate: Candidate): Config {
  const { env, file, make } = candidate;
  const overridden = applyEnvironment(candidate.table, env);
  const directory = dirname(file ?? locateConfig(candidate).file);
  const added = { make, directory, source: file ?? "config" };
  const { engines, table, moved } = addConfigured(overridden.table, candidate.engines, added);
  const schema = fileSchema(engines);
  const result = checkOnce(schema, table);
  const refuse = (problems: readonly Problem[]) =>
    refusal(
      problems.map((problem) => asWritten(problem, moved)),
      file,
      overridden,
    );
  if (!result.success) throw refuse(toProblems(result.error, table, schema));
  const known = withoutLacking(result.data, engines);
  const problems = [
    ...brokenRules(known.table, engines),
    ...brokenPresets(known.table, engines),
    ...brokenSchedules(known.table),
    ...brokenTriggers(known.table),
    ...brokenVoice(known.table),
    ...brokenMachines(known.table),
    ...checkEngineTables(known.table, engines),
  ];
  if (problems.length > 0) throw refuse(problems);
  const warnings = [...(candidate.warnings ?? []), ...known.warnings];
  return toConfig(known.table, { ...candidate, engines, directory, warnings });
}

/** The path of a problem as the file has it. */
const asWritten = ({ path, text }: Problem, moved: ReadonlySet<string>): Problem => ({
  path: moved.has(String(path[0])) ? ["engines", ...path] : path,
  text,
});

/** Reads the file in its present form, writing it back first if it was of an older one. */
export function readTable(file: string): { table: Table; text: string; warnings: string[] } {
  const text = readText(file);
  const table = parseToml(text, file);
  const migrated = migrate(table, file);
  if (!migrated) return { table, text, warnings: [] };
  const edited = migrateText(text, migrated);
  try {
    writePrivateFile(file, edited);
    return { table: migrated, text: edited, warnings: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const warning = `${file} has keys of an older form and could not be rewritten (${reason}).`;
    return { table: migrated, text: edited, warnings: [warning] };
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`${file} cannot be read (${reason}): let the user that runs takopi read it.`, { cause });
  }
}

function refusal(problems: readonly Problem[], file: string | undefined, { variables }: Overridden): ConfigError {
  const [first, ...others] = problems;
  if (!first) return new ConfigError(`Invalid config${file ? ` in ${file}` : ""}.`);
  const keys = first.path.map(String);
  const prefixes = keys.map((_, index) => keys.slice(0, keys.length - index).join("."));
  const inside = [...variables.keys()].find((key) => key.startsWith(`${prefixes[0]}.`));
  const name = variables.get([...prefixes, inside].find((key) => key !== undefined && variables.has(key)) ?? "");
  const source = name ? `$${name}` : (file ?? "config");
  const more = others.length > 0 ? ` (${others.length} more after this one.)` : "";
  return new ConfigError(redact(`${source}: ${formatKey(first.path)} ${first.text}${more}`));
}

function toConfig(table: FileTable, found: Candidate & { readonly directory: string }): Config {
  const { engines, file, directory, warnings = [], env } = found;
  const home = env["HOME"] || homedir();
  const ids = engines.map((engine) => engine.id);
  const engineId = (name: string | undefined) => ids.find((id) => name !== undefined && sameName(id, name));
  const absolute = (path: string) => resolve(directory, expandHome(path, home));
  const pick = (from: Table) =>
    Object.fromEntries(
      ids
        .filter((id) => from[id] !== undefined)
        .map((id) => [id, withPlaces(from[id], { absolute, home: join(directory, "engines", id) })]),
    );
  const own = pick(table);
  const idle = idleKeys(table);
  const telegram = toTelegram(table.transports.telegram);
  const aliases = Object.keys(table.projects);
  const toProject = ([alias, project]: [string, ProjectTable]): [string, Project] => {
    const path = project.path === undefined ? "" : absolute(project.path);
    const worktrees_dir = resolve(path, expandHome(project.worktrees_dir, home));
    const { machine, worktree_base, chat_id, trusted } = project;
    const default_engine = engineId(project.default_engine);
    const engines = pick(project);
    const place = { alias, path, worktrees_dir, machine };
    return [alias, { ...place, default_engine, worktree_base, chat_id, trusted, engines }];
  };
  return {
    file,
    directory,
    watch_config: table.watch_config,
    default_engine: engineId(table.default_engine) ?? engineId("codex") ?? ids[0] ?? table.default_engine,
    default_project: aliases.find((alias) => table.default_project && sameName(alias, table.default_project)),
    on_restart: table.on_restart,
    shutdown: table.shutdown,
    telegram,
    projects: new Map(Object.entries(table.projects).map((entry) => toProject(entry))),
    mcp: table.mcp,
    machines: toMachines(table.machines, absolute),
    engines: own,
    known: engines.map((engine) => withOwnResume(engine, own[engine.id])),
    presets: toPresets(table.presets, absolute),
    schedules: toSchedules(table.schedules, telegram?.chat_id),
    triggers: toTriggers(table.triggers, telegram?.chat_id),
    webhooks: toWebhooks(table.webhooks),
    voice: toVoice(table, absolute),
    limits: table.limits,
    warnings: [
      ...warnings,
      ...(idle.length > 0 ? [`Not available here yet, so without effect: ${idle.join(", ")}.`] : []),
      ...idleGates(table, engines),
      ...engineWarnings(table, engines),
      ...presetWarnings(table, engines),
    ],
  };
}

/** With the resume line of the program that the table names, in the directory that the table names. */
function withOwnResume(engine: Engine, table: unknown): Engine {
  const { cmd, isolated } = isTable(table) ? table : {};
  const resume = (typeof cmd === "string" && engine.resume.of?.(cmd)) || engine.resume;
  if (typeof isolated !== "string") return { ...engine, resume };
  return { ...engine, resume: isolatedResume(resume, engine.isolation, isolated) };
}

/** A path would mean another file in each directory that the engine is started in; a name is left to PATH. */
function withPlaces(table: unknown, { absolute, home }: { absolute: (path: string) => string; home: string }): unknown {
  if (!isTable(table)) return table;
  const {
    cmd,
    output_schema: schema,
    allow_paths: allow,
    deny_paths: deny,
    isolated,
    record,
    mcp,
    api_key: key,
  } = table;
  const isPath = (cmd: unknown) => typeof cmd === "string" && cmd.includes("/");
  const withPlace = (one: unknown) =>
    isTable(one) && isPath(one["command"]) ? { ...one, command: absolute(String(one["command"])) } : one;
  const atHome = (path: unknown) => (typeof path === "string" && path.startsWith("~/") ? absolute(path) : path);
  return {
    ...table,
    ...(isPath(cmd) && { cmd: absolute(String(cmd)) }),
    ...(isTable(mcp) && { mcp: Object.fromEntries(Object.entries(mcp).map(([name, one]) => [name, withPlace(one)])) }),
    ...(isolated !== undefined && { isolated: typeof isolated === "string" ? absolute(isolated) : isolated && home }),
    ...(record !== undefined && {
      record: typeof record === "string" ? absolute(record) : record && absolute("recordings"),
    }),
    ...(isTable(key) && typeof key["file"] === "string" && { api_key: { ...key, file: absolute(key["file"]) } }),
    ...(typeof schema === "string" && { output_schema: absolute(schema) }),
    ...(Array.isArray(allow) && { allow_paths: allow.map(atHome) }),
    ...(Array.isArray(deny) && { deny_paths: deny.map(atHome) }),
  };
}

function toTelegram(table: TelegramTable | undefined): TelegramConfig | undefined {
  const { bot_token, chat_id } = table ?? {};
  return table && bot_token !== undefined && chat_id !== undefined ? { ...table, bot_token, chat_id } : undefined;
}
