import { nearest } from "../config/nearest.ts";
import { ConfigError } from "../errors.ts";

/** One argument of a command. */
export interface Argument {
  readonly type: "boolean" | "string" | "positional";
  readonly description: string;
  /** The name of the value in the help; of a positional, its own name if absent. */
  readonly valueHint?: string;
  /** False if a positional may be left out. */
  readonly required?: boolean;
  /** The default of a positional. */
  readonly default?: string;
  /** The last positional may take all words that are left. */
  readonly isRest?: boolean;
}

/** By name, positionals in their order. */
export type Arguments = Readonly<Record<string, Argument>>;

/** The typed values, by name; undefined for missing ones. */
export type Values<T extends Arguments> = { readonly [Name in keyof T]: Value<T[Name]> };

type Value<A extends Argument> = A["type"] extends "boolean"
  ? boolean | undefined
  : A extends { readonly default: string }
    ? string
    : A extends { readonly type: "positional"; readonly required?: true }
      ? string
      : string | undefined;

/**
 * Reads what was typed. Flags may stand anywhere before `--`, and a negative number is an operand. (`parseArgs` of
 * Node would take it for flags, and knows neither operands nor the nearest name.)
 *
 * @throws ConfigError for an unknown flag (with the nearest known one), a flag without its value, a missing operand, a
 *   surplus one.
 */
export function readArguments<T extends Arguments>(argv: readonly string[], args: T): Values<T> {
  const values: Record<string, string | boolean> = {};
  const operands: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? "";
    if (word === "--") {
      operands.push(...argv.slice(index + 1));
      break;
    }
    if (isOperand(word)) {
      operands.push(word);
      continue;
    }
    const { name, value } = readFlag(word, args);
    if (args[name]?.type === "boolean") {
      if (value !== undefined) throw new ConfigError(`--${name} takes no value.`);
      values[name] = true;
      continue;
    }
    const given = value ?? argv[++index];
    if (given === undefined || given === "") throw new ConfigError(`--${name} needs a value.`);
    values[name] = given;
  }
  return { ...values, ...readOperands(operands, args) } as unknown as Values<T>;
}

function readOperands(operands: readonly string[], args: Arguments): Record<string, string> {
  const places = Object.entries(args).filter(([, { type }]) => type === "positional");
  const takesRest = places.at(-1)?.[1].isRest === true;
  const surplus = takesRest ? undefined : operands[places.length];
  if (surplus !== undefined) {
    throw new ConfigError(`"${surplus}" is one argument too many: this command takes ${places.length}.`);
  }
  const given = places.flatMap(([name, { required, default: other, description, isRest }], index) => {
    const words = isRest ? operands.slice(index) : operands.slice(index, index + 1);
    const value = words.length === 0 ? other : words.join(" ");
    if (value === undefined && required !== false) throw new ConfigError(`<${name}> is missing: ${description}.`);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(given);
}

/** `-`, which stands for stdin, and negative numbers are operands. */
export const isOperand = (word: string): boolean => !word.startsWith("-") || word === "-" || /^-\d/.test(word);

function readFlag(word: string, args: Arguments): { name: string; value: string | undefined } {
  const [, name = "", value] = /^--?([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  const known = Object.keys(args).filter((key) => args[key]?.type !== "positional");
  if (word.startsWith("--") && known.includes(name)) return { name, value };
  const near = nearest(name, known);
  const list = known.map((key) => `--${key}`).join(", ");
  throw new ConfigError(
    `Unknown flag ${word.split("=")[0]}; ${near ? `did you mean --${near}?` : `known here: ${list}.`}`,
  );
}
