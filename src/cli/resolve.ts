import { nearest } from "../config/nearest.ts";
import { ConfigError } from "../errors.ts";
import { isOperand } from "./arguments.ts";
import type { Entry } from "./index.ts";

/** The called command, and the words after it. */
export interface Call {
  readonly entry: Entry;
  readonly argv: readonly string[];
}

/**
 * Finds the command in what was typed. Flags may come before it. No command at all, and the name of an engine, mean
 * the first entry.
 *
 * @param engineIds Asked for only when the word is no command.
 * @param further Commands that are loaded only if the word is neither.
 * @throws ConfigError with the nearest command or engine.
 */
export async function resolveCall(
  argv: readonly string[],
  entries: readonly Entry[],
  engineIds: () => Promise<readonly string[]>,
  further: () => Promise<readonly Entry[]> = async () => [],
): Promise<Call> {
  const [first] = entries;
  const at = wordIndex(argv, 0);
  const word = argv[at];
  if (!first) throw new Error("There are no commands.");
  if (word === undefined) return { entry: first, argv };
  const named = entries.find(({ name }) => name === word);
  if (named) return { entry: named, argv: argv.toSpliced(at, 1) };
  const family = entries.filter(({ name }) => name.startsWith(`${word} `));
  if (family.length > 0) {
    const alone = (await further()).find(({ name }) => name === word);
    if (alone && wordIndex(argv, at + 1) === argv.length) return { entry: alone, argv: argv.toSpliced(at, 1) };
    return resolveMember(argv, at, family);
  }
  const ids = await engineIds();
  if (ids.includes(word)) return { entry: first, argv };
  const others = await further();
  const other = others.find(({ name }) => name === word);
  if (other) return { entry: other, argv: argv.toSpliced(at, 1) };
  const names = [...entries, ...others].map(({ name }) => name.split(" ")[0] ?? name);
  throw unknown(word, [...new Set([...names, ...ids])], "command");
}

/** The second word of a name such as `config get`. */
function resolveMember(argv: readonly string[], at: number, family: readonly Entry[]): Call {
  const next = wordIndex(argv, at + 1);
  const group = argv[at] ?? "";
  const members = family.map(({ name }) => name.slice(group.length + 1));
  const word = argv[next];
  const entry = family.find(({ name }) => name === `${group} ${word}`);
  if (word === undefined) throw new ConfigError(`takopi ${group} needs one of: ${members.join(", ")}.`);
  if (!entry) throw unknown(word, members, `${group} command`);
  return { entry, argv: argv.filter((_, index) => index !== at && index !== next) };
}

/** Flags of `takopi` alone with a value. */
const VALUED = ["--config", "--record"];

/** The index of the next word that is neither a flag nor the value of one. */
function wordIndex(argv: readonly string[], from: number): number {
  for (let index = from; index < argv.length; index++) {
    const word = argv[index] ?? "";
    if (word === "--") return argv.length;
    if (VALUED.includes(word)) index++;
    else if (isOperand(word)) return index;
  }
  return argv.length;
}

function unknown(word: string, known: readonly string[], kind: string): ConfigError {
  const near = nearest(word, known);
  return new ConfigError(
    `Unknown ${kind} "${word}"; ${near ? `did you mean ${near}?` : `known: ${known.join(", ")}.`}`,
  );
}
