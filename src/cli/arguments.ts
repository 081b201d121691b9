import type { ArgsDef } from "citty";
import { nearest } from "../config/nearest.ts";
import { ConfigError } from "../errors.ts";

/**
 * Checks what was typed against what a command takes, and puts flags before operands, so that a negative number is an
 * operand and not a flag.
 *
 * @throws ConfigError for an unknown flag (with the nearest known one), a flag without its value, a surplus operand.
 */
export function arrange(argv: readonly string[], args: ArgsDef): string[] {
  const flags: string[] = [];
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
    if (args[name]?.type !== "string") {
      flags.push(word);
      continue;
    }
    const given = value ?? argv[++index];
    if (given === undefined || given === "") throw new ConfigError(`--${name} needs a value.`);
    flags.push(`--${name}=${given}`);
  }
  const most = Object.values(args).filter(({ type }) => type === "positional").length;
  const surplus = operands[most];
  if (surplus !== undefined)
    throw new ConfigError(`"${surplus}" is one argument too many: this command takes ${most}.`);
  return [...flags, "--", ...operands];
}

/** `-`, which stands for stdin, and negative numbers are operands. */
export const isOperand = (word: string): boolean => !word.startsWith("-") || word === "-" || /^-\d/.test(word);

function readFlag(word: string, args: ArgsDef): { name: string; value: string | undefined } {
  const [, name = "", value] = /^--?([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  const known = Object.keys(args).filter((key) => args[key]?.type !== "positional");
  if (word.startsWith("--") && known.includes(name)) return { name, value };
  const near = nearest(name, known);
  const list = known.map((key) => `--${key}`).join(", ");
  throw new ConfigError(
    `Unknown flag ${word.split("=")[0]}; ${near ? `did you mean --${near}?` : `known here: ${list}.`}`,
  );
}
