import { beginningOf, endOf } from "../domain/cut.ts";
import type { Action, ActionDetail } from "../domain/events.ts";
import { relativeCommand, relativePath } from "../domain/relative.ts";

/** The differences between engines that share these tool names. */
export interface ToolDialect {
  /** Argument names that hold a file's path, the likeliest first. */
  readonly pathArguments: readonly string[];
  /** Whether `task` and `agent` start a subagent; elsewhere they are ordinary tools. */
  readonly hasSubagents: boolean;
}

export interface ToolCall {
  /** As the engine writes it; case does not matter. */
  readonly name: string;
  /** As the model wrote them: any JSON, and not always what the tool expects. */
  readonly args: unknown;
  /** The run's directory, taken off the paths in the title. */
  readonly cwd?: string | undefined;
}

export type ToolDescription = Pick<Action, "kind" | "title"> & Pick<ActionDetail, "changes">;

/** In characters; a message shows 300 of them, a model may write any number. */
const TITLE_LENGTH = 1000;
/** In characters; see {@link ActionDetail}. */
const PREVIEW_LENGTH = 500;

/** The name of a tool call in the progress message, for tool names that several engines share. */
export function describeTool(call: ToolCall, dialect: ToolDialect): ToolDescription {
  const describe = descriptions.get(call.name.toLowerCase()) ?? asTool;
  const description = describe(new ArgumentReader(call, dialect), dialect);
  return { ...description, title: beginningOf(description.title, TITLE_LENGTH) };
}

/** The end of a tool's output without outer space; undefined if nothing is left. */
export function previewEnd(text: string): string | undefined {
  return endOf(text.slice(-4 * PREVIEW_LENGTH).trim(), PREVIEW_LENGTH) || undefined;
}

type Facts = { readonly [Fact in keyof ActionDetail]: ActionDetail[Fact] | undefined };

/** What is known of an action. A spread for each fact took longer than all else that makes an action. */
export function detailOf({ exitCode, changes, output, error }: Facts): ActionDetail {
  const detail: { -readonly [Fact in keyof ActionDetail]: ActionDetail[Fact] } = {};
  if (exitCode !== undefined) detail.exitCode = exitCode;
  if (changes) detail.changes = changes;
  if (output) detail.output = output;
  if (error) detail.error = error;
  return detail;
}

/** The lines of a text as a diff shows them. */
export const markLines = (sign: "+" | "-", text: string): string =>
  sign + text.replace(/\n$/, "").replaceAll("\n", `\n${sign}`);

/** The arguments of one call. */
class ArgumentReader {
  readonly name: string;
  readonly #args: Readonly<Record<string, unknown>>;
  readonly #cwd: string | undefined;
  readonly #pathArguments: readonly string[];

  constructor({ name, args, cwd }: ToolCall, { pathArguments }: ToolDialect) {
    this.name = name;
    this.#args = isRecord(args) ? args : {};
    this.#cwd = cwd;
    this.#pathArguments = pathArguments;
  }

  /** The first of these arguments that is a string with something in it. */
  text(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const value = this.#args[name];
      if (typeof value === "string" && value.trim() !== "") return beginningOf(value, 4 * TITLE_LENGTH);
    }
    return undefined;
  }

  /** The path argument as given. */
  path(): string | undefined {
    return this.text(...this.#pathArguments);
  }

  /** The same, or any text, relative to the run's directory. */
  short(path: string): string {
    return relativePath(path, this.#cwd);
  }

  /** "" if there is none. */
  command(): string {
    return relativeCommand(this.text("command") ?? "", this.#cwd);
  }
}

type Describe = (args: ArgumentReader, dialect: ToolDialect) => ToolDescription;

const asTool: Describe = (args) => ({ kind: "tool", title: args.name });

const asCommand: Describe = (args) => ({ kind: "command", title: args.command() || args.name });

const asChange: Describe = (args) => {
  const path = args.path();
  if (path === undefined) return { kind: "file_change", title: args.name };
  return { kind: "file_change", title: args.short(path), changes: [{ path, verb: "update" }] };
};

const asLook =
  (name: "read" | "ls"): Describe =>
  (args) => {
    const path = args.path();
    return { kind: "tool", title: path === undefined ? name : `${name}: \`${args.short(path)}\`` };
  };

const asGlob: Describe = (args) => {
  const pattern = args.text("pattern");
  return { kind: "tool", title: pattern === undefined ? "glob" : `glob: \`${args.short(pattern)}\`` };
};

const asPattern: Describe = (args) => {
  const pattern = args.text("pattern");
  const name = args.name.toLowerCase();
  return { kind: "tool", title: pattern === undefined ? name : `${name}: ${pattern}` };
};

const asSearch: Describe = (args) => ({ kind: "web_search", title: args.text("query") ?? "search" });
const asFetch: Describe = (args) => ({ kind: "web_search", title: args.text("url") ?? "fetch" });

const asSubagent: Describe = (args, dialect) =>
  dialect.hasSubagents
    ? { kind: "subagent", title: args.text("description", "prompt") ?? args.name }
    : asTool(args, dialect);

const asNote =
  (title: string): Describe =>
  () => ({ kind: "note", title });

const descriptions = new Map<string, Describe>([
  ["bash", asCommand],
  ["shell", asCommand],
  ["killshell", asCommand],
  ["edit", asChange],
  ["write", asChange],
  ["notebookedit", asChange],
  ["multiedit", asChange],
  ["read", asLook("read")],
  ["ls", asLook("ls")],
  ["list", asLook("ls")],
  ["glob", asGlob],
  ["grep", asPattern],
  ["find", asPattern],
  ["websearch", asSearch],
  ["web_search", asSearch],
  ["webfetch", asFetch],
  ["web_fetch", asFetch],
  ["todowrite", asNote("update todos")],
  ["todoread", asNote("read todos")],
  ["askuserquestion", asNote("ask user")],
  ["question", asNote("ask user")],
  ["task", asSubagent],
  ["agent", asSubagent],
]);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
