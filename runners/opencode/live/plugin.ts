// Runs inside of opencode's server, which loads it as a plugin (1.18.33): it may import nothing but Node's own modules.
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** By tool and pattern, or one word for a tool; the last rule that fits decides. */
type Rules = Record<string, string | Record<string, string>>;

interface Config {
  permission?: string | Rules;
  readonly mcp?: Readonly<Record<string, unknown>>;
  instructions?: readonly string[];
}

/** A directory of one of opencode's projects. */
interface Place {
  readonly directory: string;
  /** The repository's root; `/` outside of one. */
  readonly worktree: string;
}

/** Tools that change something or reach out. */
const ASKED = ["bash", "edit", "webfetch", "websearch", "codesearch"];

/** The variable by which the commands of one session are found: the server's own mark is on those of all. */
export const SESSION_MARK = "TAKOPI_SESSION_ID";

/**
 * Puts `ask` in front of the rules that the person has, if it decides only if none of theirs fits; opencode's own
 * default is to allow. Tools of MCP servers are asked for as well. The stars keep the names apart from the person's,
 * whose order counts.
 */
export function askFirst(config: Config): void {
  const own = typeof config.permission === "string" ? { "*": config.permission } : config.permission;
  const servers = Object.keys(config.mcp ?? {}).map((name) => `${name.replace(/[^a-zA-Z0-9_-]/g, "_")}_`);
  const asked = [...ASKED, ...servers].map((tool) => `${tool}*`).filter((rule) => own?.[rule] === undefined);
  config.permission = { ...Object.fromEntries(asked.map((rule) => [rule, "ask"])), ...own };
}

/** The files that opencode itself would read: the first kind that exists; none if its project config is off. */
const INSTRUCTIONS = ["AGENTS.md", "CLAUDE.md", "CONTEXT.md"];

/** Gives the model the instruction files of a repository that is not trusted. */
export function readInstructions(config: Config, { directory, worktree }: Place): void {
  const root = worktree === "/" ? directory : worktree;
  const directories: string[] = [];
  for (let place = directory; ; place = dirname(place)) {
    directories.unshift(place);
    if (place === root || place === dirname(place)) break;
  }
  const kinds = INSTRUCTIONS.map((name) => directories.map((place) => join(place, name)).filter(existsSync));
  const found = kinds.find((files) => files.length > 0) ?? [];
  // A link may lead out of the repository.
  const own = found.filter((file) => realpathSync(file).startsWith(`${realpathSync(root)}/`));
  config.instructions = [...(config.instructions ?? []), ...own];
}

async function setCommandEnv(input: { sessionID?: string }, output: { env: Record<string, string> }): Promise<void> {
  if (input.sessionID !== undefined) output.env[SESSION_MARK] = input.sessionID;
  // With it a command could answer the questions that are asked about it.
  output.env["OPENCODE_SERVER_PASSWORD"] = "";
}

/** A plugin as opencode expects it; its hooks are called once in each project, and before each command. */
export default {
  id: "takopi",
  server: async (place: Place) => ({
    config: async (config: Config) => {
      askFirst(config);
      if (process.env["OPENCODE_DISABLE_PROJECT_CONFIG"] === "1") readInstructions(config, place);
    },
    "shell.env": setCommandEnv,
  }),
};
