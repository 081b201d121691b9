import { type Argument, isOperand } from "./arguments.ts";
import { type Command, globalArgs } from "./command.ts";
import type { Entry } from "./index.ts";
import { resolveCall } from "./resolve.ts";

type Row = readonly [name: string, description: string];

/**
 * The requested help: of a command, of a group such as `config`, or of all.
 *
 * @param words The typed words, without the request for help. @throws ConfigError for an unknown command.
 */
export async function helpFor(words: readonly string[], { entries, operations, version }: Listed): Promise<string> {
  const [first] = words.filter(isOperand);
  if (first === undefined) return generalHelp({ entries, operations, version });
  const group = entries.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length > 0 && words.filter(isOperand).length === 1) return groupHelp(first, group);
  const { entry } = await resolveCall(
    words,
    entries,
    async () => [],
    async () => operations,
  );
  return commandHelp(entry, (await entry.load()).command);
}

interface Listed {
  readonly entries: readonly Entry[];
  readonly operations: readonly Entry[];
  readonly version: string;
}

/** Operations that no command of the same name hides. */
const own = (entries: readonly Entry[], operations: readonly Entry[]): readonly Entry[] =>
  operations.filter(({ name }) => name !== "help" && !entries.some((entry) => entry.name === name));

/** The text of `takopi --help`. */
export function generalHelp({ entries, operations, version }: Listed): string {
  const flags: Row[] = [
    ["--version", "Print the version"],
    ["--help", "Print this, or the help of a command"],
  ];
  return [
    `takopi ${version}: coding agents in your Telegram chat`,
    ...section("Commands", entries.map(toRow)),
    ...section("Ask the bridge that runs", own(entries, operations).map(toRow)),
    ...section("Flags", [...Object.entries(globalArgs).map(describe), ...flags]),
  ].join("\n");
}

/** The text of `takopi config --help`: the commands that begin with a word. */
const groupHelp = (group: string, entries: readonly Entry[]): string =>
  [`takopi ${group} <command>`, ...section("Commands", entries.map(toRow))].join("\n");

/** The text of `takopi <command> --help`. */
function commandHelp({ name, description }: Entry, { args }: Command): string {
  const all = Object.entries(args);
  const operands = all.filter(([, { type }]) => type === "positional");
  const flags = all.filter(([, { type }]) => type !== "positional");
  const usage = ["takopi", name, ...operands.map(([operand, one]) => toOperand(operand, one)), "[flags]"].join(" ");
  return [
    `${description}.`,
    ...section("Usage", [[usage, ""]]),
    ...section("Arguments", operands.map(describe)),
    ...section("Flags", flags.map(describe)),
  ].join("\n");
}

const toRow = ({ name, description }: Entry): Row => [name, description];

function describe([name, { type, valueHint, description }]: [string, Argument]): Row {
  if (type === "positional") return [name, description];
  return [`--${name}${type === "string" ? ` <${valueHint ?? "value"}>` : ""}`, description];
}

const toOperand = (name: string, { required, default: other }: Argument): string =>
  required === false || other !== undefined ? `[${name}]` : `<${name}>`;

function section(title: string, rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, description]) => `  ${name.padEnd(width)}  ${description}`.trimEnd());
  return rows.length === 0 ? [] : ["", title, ...lines];
}
