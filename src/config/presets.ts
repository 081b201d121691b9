import { readFileSync } from "node:fs";
import type { Engine } from "../engine/contract.ts";
import { joinTexts } from "../engine/instructions.ts";
import { UserError } from "../errors.ts";
import type { Config } from "./config.ts";
import type { Problem } from "./problem.ts";
import type { FileTable, PresetTable } from "./schema.ts";

/** Settings that `/name` gives a task beside its prompt; paths are absolute. */
export type Preset = PresetTable;

/** By the name of its option in the engine's table; undefined if the engine has none for it. */
const optionOf = (key: string, engine: Engine): string | undefined => {
  const option = key === "reasoning_effort" ? engine.reasoning?.option : key;
  return option !== undefined && accepts(engine, option) ? option : undefined;
};

/** Whether the engine's table has such a key. */
export function accepts(engine: Engine, option: string): boolean {
  const result = engine.options.safeParse({ [option]: undefined });
  return result.success || !result.error.issues.some(({ code }) => code === "unrecognized_keys");
}

const settingsIn = ({ engine: _, instructions_file: _file, ...settings }: Preset) =>
  Object.entries(settings).filter((entry): entry is [string, string] => entry[1] !== undefined);

/** The engine options that presets set: a later preset wins, and instructions add up. @throws UserError */
export function presetOptions(
  names: readonly string[],
  engine: Engine,
  config: Config,
): Readonly<Record<string, string>> {
  const options: Record<string, string> = {};
  let instructions: string | undefined;
  for (const name of names) {
    const preset = presetNamed(name, config);
    for (const [key, value] of settingsIn(preset)) {
      const option = optionOf(key, engine);
      if (option === undefined) {
        throw new UserError(`${engine.label} has no ${key}, which the preset \`${name}\` sets: choose another engine.`);
      }
      if (key !== "instructions") options[option] = value;
    }
    instructions = joinTexts(instructions, preset.instructions, readInstructions(name, preset));
  }
  return { ...options, ...(instructions !== undefined && { instructions }) };
}

/** @throws UserError if the config has it no more: a session must not go on with other rights than it began with. */
function presetNamed(name: string, config: Config): Preset {
  const preset = config.presets.get(name);
  if (preset) return preset;
  throw new UserError(
    `The preset \`${name}\` is not in the config any more: add \`[presets.${name}]\` again, choose others with \`/agent\`, or begin a new session.`,
  );
}

function readInstructions(name: string, { instructions_file: file }: Preset): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new UserError(`The file ${file} of the preset \`${name}\` cannot be read: correct \`instructions_file\`.`, {
      cause,
    });
  }
}

/** The engine that the last of them names. */
export const presetEngine = (names: readonly string[], { presets }: Config): string | undefined =>
  names.map((name) => presets.get(name)?.engine).findLast((engine) => engine !== undefined);

/** Faults of `[presets.<name>]` that the schema cannot see. */
export function brokenPresets({ presets, projects }: FileTable, engines: readonly Engine[]): Problem[] {
  return Object.entries(presets).flatMap(([name, preset]) => {
    const path = ["presets", name];
    if (!/^[a-z0-9_]{1,32}$/.test(name))
      return [{ path, text: "has a name of more than small letters, digits and _." }];
    const isTaken = [...engines.map(({ id }) => id), ...Object.keys(projects)].some(
      (one) => one.toLowerCase() === name,
    );
    if (isTaken) return [{ path, text: "has the name of an engine or a project; give it another one." }];
    const named = engines.filter(({ id }) => id === preset.engine);
    if (preset.engine !== undefined && named.length === 0)
      return [{ path: [...path, "engine"], text: `is "${preset.engine}", and there is no such engine.` }];
    const candidates = preset.engine === undefined ? engines : named;
    return settingsIn(preset).flatMap(([key, value]) => {
      const having = candidates.filter((engine) => optionOf(key, engine) !== undefined);
      const isRight = having.some(
        (engine) => engine.options.safeParse({ [optionOf(key, engine) ?? ""]: value }).success,
      );
      if (isRight || having.length === 0) return [];
      return [{ path: [...path, key], text: `is no value that ${having.map(({ id }) => id).join(" or ")} takes.` }];
    });
  });
}

/** Keys that the engine of a preset lacks: its tasks are refused. */
export function presetWarnings({ presets }: FileTable, engines: readonly Engine[]): string[] {
  return Object.entries(presets).flatMap(([name, preset]) => {
    const engine = engines.find(({ id }) => id === preset.engine);
    if (!engine) return [];
    const missing = settingsIn(preset).filter(([key]) => optionOf(key, engine) === undefined);
    return missing.map(([key]) => `presets.${name}.${key} is nothing that ${engine.label} has: its tasks are refused.`);
  });
}

export function toPresets(
  presets: FileTable["presets"],
  absolute: (path: string) => string,
): ReadonlyMap<string, Preset> {
  const at = (key: "instructions_file" | "output_schema", { [key]: path }: PresetTable) =>
    path === undefined ? {} : { [key]: absolute(path) };
  return new Map(
    Object.entries(presets).map(([name, preset]) => [
      name,
      { ...preset, ...at("instructions_file", preset), ...at("output_schema", preset) },
    ]),
  );
}
