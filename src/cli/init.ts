import { basename } from "node:path";
import { engines } from "../../runners/index.ts";
import { withValue } from "../config/keys.ts";
import { sameName } from "../config/rules.ts";
import { isTable, type Table } from "../domain/table.ts";
import { ConfigError, UserError } from "../errors.ts";
import { readNarrowing } from "../worker/narrowing.ts";
import { broughtParts, narrowingText } from "./brought.ts";
import { type Context, defineCommand, type Globals } from "./command.ts";
import { openForEdit, saveTable, shortPath } from "./config-file.ts";
import { findRepository } from "./repository.ts";
import { isInteractive } from "./terminal.ts";

/** Registers the current repository as a project; the config is made if there is none. */
export const command = defineCommand({
  args: {
    alias: { type: "positional", description: "The project's name in the chat", required: false },
    default: { type: "boolean", description: "Make it the project of messages that name none" },
    trusted: { type: "boolean", description: "Let engines run what the repository brings, such as hooks and plugins" },
  },
  async run({ alias: wanted, default: isDefault, trusted }, context) {
    const repository = await findRepository(context.cwd);
    const proposal = basename(repository.path).replace(/\.git$/, "");
    const alias = wanted ?? (await askAlias(context, proposal));
    if (alias === undefined) return 1;
    requireAlias(alias);
    const { file, text, table } = openForEdit(context);
    const known = existingAlias(table, alias);
    if (known !== undefined && !(await mayReplace(context, known, file))) return 1;
    const project = {
      path: repository.path,
      worktrees_dir: ".worktrees",
      default_engine: globalEngine(table),
      ...(repository.base === undefined ? {} : { worktree_base: repository.base }),
    };
    const before = known === undefined ? {} : projectsOf(table)[known];
    await showNarrowing(context, repository.path);
    const isTrusted = await mayTrust(context, repository.path, trusted);
    const merged = {
      ...(isTable(before) ? before : {}),
      ...project,
      ...(isTrusted !== undefined && { trusted: isTrusted }),
    };
    const edited = withValue(table, ["projects", known ?? alias], merged);
    await saveTable(context, file, text, isDefault ? { ...edited, default_project: known ?? alias } : edited);
    context.stdout.write(`saved project '${known ?? alias}' to ${shortPath(file, context.env)}\n`);
    return 0;
  },
});

async function askAlias(context: Context, proposal: string): Promise<string | undefined> {
  if (!isInteractive(context)) return proposal;
  const { isCancel, text } = await import("@clack/prompts");
  const answer = await text({ message: "Name of the project in the chat", initialValue: proposal });
  return isCancel(answer) ? undefined : answer.trim();
}

async function mayReplace(context: Context & Globals, alias: string, file: string): Promise<boolean> {
  if (!isInteractive(context)) {
    context.stderr.write(
      `takopi: ${shortPath(file, context.env)} has projects.${alias} already; give another alias, or run \`takopi config unset projects.${alias}\` first.\n`,
    );
    return false;
  }
  const { confirm } = await import("@clack/prompts");
  return (await confirm({ message: `Replace project '${alias}'?`, initialValue: false })) === true;
}

/** @throws ConfigError if the repository's file is not right: its runs would be refused. */
async function showNarrowing({ stdout }: Context, path: string): Promise<void> {
  const narrowing = await readNarrowing(path).catch((cause: unknown) => {
    throw cause instanceof UserError ? new ConfigError(cause.userText, { cause }) : cause;
  });
  const text = narrowingText(narrowing);
  if (text === undefined) return;
  stdout.write(text);
  if (/^ {2}deny/m.test(text)) {
    stdout.write("Denials hold where an engine asks: with `interactive = true` in its table.\n");
  }
}

/** Shows what the repository brings and asks about it; undefined if there is nothing to decide. */
async function mayTrust(context: Context, path: string, wanted: boolean | undefined): Promise<boolean | undefined> {
  const parts = broughtParts(path, engines);
  if (wanted || parts.length === 0) return wanted;
  const list = parts.map((part) => `  ${part}\n`).join("");
  context.stdout.write(`This repository brings parts that engines can run or obey:\n${list}`);
  if (!isInteractive(context)) {
    context.stdout.write("They are left out. If you trust them, run `takopi init` with --trusted.\n");
    return undefined;
  }
  const { confirm } = await import("@clack/prompts");
  return (await confirm({ message: "Trust them? Engines leave them out otherwise.", initialValue: false })) === true;
}

function requireAlias(alias: string): void {
  if (/^[\w-]+$/.test(alias)) return;
  throw new ConfigError(`"${alias}" cannot be a project's alias; use letters, digits, _ and - only.`);
}

const projectsOf = (table: Table): Table => (isTable(table["projects"]) ? table["projects"] : {});

const existingAlias = (table: Table, alias: string): string | undefined =>
  Object.keys(projectsOf(table)).find((known) => sameName(known, alias));

function globalEngine(table: Table): string {
  const { default_engine: engine } = table;
  return typeof engine === "string" ? engine : "codex";
}
