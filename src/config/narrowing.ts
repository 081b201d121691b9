import { z } from "zod";
import { beginningOf } from "../domain/cut.ts";
import { type Narrowing, narrowRules } from "../domain/narrowing.ts";
import type { Table } from "../domain/table.ts";
import type { Engine } from "../engine/contract.ts";
import { joinTexts } from "../engine/instructions.ts";
import { type EngineOptions, patterns } from "../engine/options.ts";
import { FROM_REPOSITORY } from "../engine/trust.ts";
import { ConfigError, UserError } from "../errors.ts";
import { toProblems } from "./problem.ts";
import { formatKey, parseToml } from "./toml.ts";

/** The file that a repository may bring, from its root. */
export const PROJECT_FILE = ".takopi/project.toml";

const lines = patterns.default([]);

const schema = z.strictObject({
  instructions: z.string().trim().min(1).optional(),
  sandbox: z.literal("read-only").optional(),
  deny: lines,
  deny_paths: lines,
  deny_tools: lines,
});

/**
 * Reads a repository's file. Nothing in it is skipped: its author meant all of it.
 *
 * @param file Only named in errors.
 * @throws UserError for text that is no TOML, and for anything that does not narrow rights.
 */
export function parseNarrowing(text: string, file: string): Narrowing {
  const table = read(text, file);
  const result = schema.safeParse(table);
  if (result.success) {
    const { sandbox, instructions, ...denials } = result.data;
    return { ...denials, ...(sandbox && { sandbox }), ...(instructions !== undefined && { instructions }) };
  }
  const [problem] = toProblems(result.error, table, schema);
  const key = beginningOf(formatKey(problem?.path ?? []), 100);
  const fix = `A repository may set only ${Object.keys(schema.shape).join(", ")}, and "read-only" alone as the sandbox: correct or remove the key.`;
  throw new UserError(`${file}: ${key} ${problem?.text ?? "does not hold."} ${fix}`);
}

function read(text: string, file: string): Table {
  try {
    return parseToml(text, file);
  } catch (cause) {
    if (cause instanceof ConfigError) throw new UserError(`${cause.message} Correct or remove the file.`, { cause });
    throw cause;
  }
}

/**
 * The options of a run in a repository that narrows rights.
 *
 * @throws UserError if the engine cannot be kept from changing files, and the repository wants that.
 */
export function narrowed(options: EngineOptions, narrowing: Narrowing, { label, readOnly }: Engine): EngineOptions {
  const { instructions: text } = narrowing;
  const instructions = text === undefined ? undefined : `${FROM_REPOSITORY}\n\n${text}`;
  const rules = narrowRules(options, narrowing);
  const all = { ...rules, ...(instructions && { instructions: joinTexts(options.instructions, instructions) }) };
  if (narrowing.sandbox === undefined) return all;
  if (readOnly) return { ...all, ...readOnly(all) };
  throw new UserError(
    `This repository's ${PROJECT_FILE} wants runs that change nothing, and takopi cannot keep ${label} to that: choose another engine.`,
  );
}
