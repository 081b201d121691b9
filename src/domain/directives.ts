import { UserError } from "../errors.ts";

/** The directives before a prompt: `/codex /web @feat/x fix it`. Absent parts are undefined. */
export interface Directives {
  readonly engine: string | undefined;
  readonly project: string | undefined;
  readonly branch: string | undefined;
  readonly presets: readonly string[];
  readonly prompt: string;
}

type WrittenDirectives = { readonly prompt: string; readonly preset?: string | undefined } & {
  readonly [Name in keyof Omit<Directives, "prompt" | "presets">]?: string | undefined;
};

/** The directives as a person would write them. */
export function writeDirectives({ engine, preset, project, branch, prompt }: WrittenDirectives): string {
  const words = [
    engine && `/${engine}`,
    preset && `/${preset}`,
    project && `/${project}`,
    branch && `@${branch}`,
    prompt,
  ];
  return words.filter(Boolean).join(" ");
}

export interface DirectiveNames {
  /** Engine ids. An engine wins over a project of the same name. */
  readonly engines: readonly string[];
  /** Project aliases, as configured. */
  readonly projects: readonly string[];
  readonly presets?: readonly string[];
  /** Without `@`. */
  readonly botName: string;
  /** Whether the project is known without the message: then a first `@word` is a branch. */
  readonly hasProject: boolean;
}

interface Found {
  presets: string[];
  engine?: string;
  project?: string;
  branch?: string;
}

/**
 * Reads the directives at the start of the first line that is not empty; they end at the first other word.
 * `@word` is a branch only if a project is known, from the line itself or beforehand; the bot's own name is dropped. A
 * text without directives comes back unchanged.
 *
 * @throws UserError if a directive comes twice.
 */
export function parseDirectives(text: string, names: DirectiveNames): Directives {
  const lines = text.split("\n");
  const index = lines.findIndex((line) => line.trim() !== "");
  const words = lines[index]?.trim().split(/\s+/) ?? [];
  const namesProject = words.some((word) => findName(word, names.projects) !== undefined);
  const found: Found = { presets: [] };
  let used = 0;
  for (const word of words) {
    if (!consume(word, found, names, names.hasProject || namesProject)) break;
    used++;
  }
  if (used > 0 && found.branch !== undefined && !names.hasProject && found.project === undefined) {
    // The project came after the first other word: `@word` was text.
    return parseDirectives(text, { ...names, projects: [] });
  }
  const { engine, project, branch, presets } = found;
  if (used === 0) return { engine, project, branch, presets, prompt: text };
  const rest = [words.slice(used).join(" "), ...lines.slice(index + 1)].join("\n").trim();
  return { engine, project, branch, presets, prompt: rest };
}

/** Takes one word into `found`; false when it is no directive. */
function consume(word: string, found: Found, names: DirectiveNames, hasProject: boolean): boolean {
  if (word.startsWith("@")) {
    const branch = word.slice(1);
    if (branch.toLowerCase() === names.botName.toLowerCase()) return branch !== "";
    if (branch === "" || !hasProject) return false;
    found.branch = once(found.branch, branch, "@branch");
    return true;
  }
  const engine = findName(word, names.engines);
  if (engine !== undefined) {
    found.engine = once(found.engine, engine, "engine");
    return true;
  }
  const preset = findName(word, names.presets ?? []);
  if (preset !== undefined) {
    if (!found.presets.includes(preset)) found.presets.push(preset);
    return true;
  }
  const project = findName(word, names.projects);
  if (project === undefined) return false;
  found.project = once(found.project, project, "project");
  return true;
}

function once(before: string | undefined, value: string, what: string): string {
  if (before !== undefined)
    throw new UserError(`There are multiple ${what} directives (${before}, ${value}): keep one of them.`);
  return value;
}

/** `/Name@bot` → the configured spelling of `name`. */
function findName(word: string, names: readonly string[]): string | undefined {
  if (!word.startsWith("/")) return undefined;
  const name = word.slice(1).replace(/@.*$/, "").toLowerCase();
  return names.find((candidate) => candidate.toLowerCase() === name);
}

/** The slash command that opens a text. */
export interface SlashCommand {
  /** Lower case, without slash. */
  readonly name: string;
  /** The bot that it was addressed to, without `@`. */
  readonly bot: string | undefined;
  /** The rest of the first line and the lines after it. */
  readonly args: string;
}

/** Reads `/name@bot args`. A path such as `/usr/bin` or a word such as `/name:` is no command. */
export function parseCommand(text: string): SlashCommand | undefined {
  const match = /^\s*\/([a-z0-9_]{1,32})(?:@([a-z0-9_]+))?(?=\s|$)([\s\S]*)$/i.exec(text);
  if (!match?.[1]) return undefined;
  return { name: match[1].toLowerCase(), bot: match[2], args: (match[3] ?? "").trim() };
}
