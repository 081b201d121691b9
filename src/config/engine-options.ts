import { mergeTables } from "../domain/table.ts";
import type { Engine } from "../engine/contract.ts";
import { joinTexts } from "../engine/instructions.ts";
import type { EngineOptions } from "../engine/options.ts";
import { ConfigError } from "../errors.ts";
import { checkOnce } from "./check-once.ts";
import type { Config, Project } from "./config.ts";
import { type Problem, toProblems } from "./problem.ts";
import type { FileTable } from "./schema.ts";
import { formatKey } from "./toml.ts";

/**
 * The engine's table, overridden by the project's own, and checked by the engine. Tables in them, such as `env`, are
 * merged key by key; lists are replaced.
 *
 * @throws ConfigError if the merged table is not right; loading has checked that before.
 */
export function engineOptions(config: Config, engine: Engine, project: Project | undefined): EngineOptions {
  const merged = mergeTables(config.engines[engine.id], project?.engines[engine.id]);
  const result = checkOnce(engine.options, merged);
  if (result.success) return result.data;
  const [problem] = toProblems(result.error, merged, engine.options);
  const path = [...(project ? ["projects", project.alias] : []), engine.id, ...(problem?.path ?? [])];
  throw new ConfigError(`${config.file ?? "config"}: ${formatKey(path)} ${problem?.text ?? "does not hold."}`);
}

/** Presets override the config, except that their instructions are added to the config's. */
export function withPreset(options: EngineOptions, preset: Readonly<Record<string, string>> = {}): EngineOptions {
  const { instructions: added, ...others } = preset;
  const instructions = joinTexts(options.instructions, added);
  return { ...options, ...others, ...(instructions !== undefined && { instructions }) };
}

/** Asks each engine about its table, and about each project's table over it. */
export function checkEngineTables(table: FileTable, engines: readonly Engine[]): Problem[] {
  return engines.flatMap((engine) => {
    const own = check(engine, table[engine.id], [engine.id]);
    if (own.length > 0) return own;
    return Object.entries(table.projects).flatMap(([alias, project]) =>
      project[engine.id] === undefined
        ? []
        : check(engine, mergeTables(table[engine.id], project[engine.id]), ["projects", alias, engine.id]),
    );
  });
}

/** Warnings of engines about their tables and about those of projects; a warning about both comes once. */
export function engineWarnings(table: FileTable, engines: readonly Engine[]): string[] {
  return engines.flatMap((engine) => {
    const said = (options: unknown, place: string): readonly string[] => {
      const result = checkOnce(engine.options, options ?? {});
      if (!result.success) return [];
      const isDeaf = result.data.tools === true && !engine.takesTools;
      const noTools = `${place}.tools does nothing: ${engine.label} cannot be given takopi's own tools.`;
      return [...(isDeaf ? [noTools] : []), ...(engine.warnings?.(result.data, place) ?? [])];
    };
    const own = said(table[engine.id], engine.id);
    const ofProjects = Object.entries(table.projects).flatMap(([alias, project]) =>
      own.length > 0 || project[engine.id] === undefined
        ? []
        : said(mergeTables(table[engine.id], project[engine.id]), formatKey(["projects", alias, engine.id])),
    );
    return [...own, ...ofProjects];
  });
}

function check(engine: Engine, value: unknown, path: readonly string[]): Problem[] {
  const result = checkOnce(engine.options, value ?? {});
  if (result.success) return [];
  const problems = toProblems(result.error, value, engine.options);
  return problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
}
