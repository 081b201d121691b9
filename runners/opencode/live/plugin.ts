// Runs inside of opencode's server, which loads it as a plugin (1.18.33): it must import nothing.

/** By tool and pattern, or one word for a tool; the last rule that fits decides. */
type Rules = Record<string, string | Record<string, string>>;

interface Config {
  permission?: string | Rules;
  readonly mcp?: Readonly<Record<string, unknown>>;
}

/** Tools that change something or reach out. */
const ASKED = ["bash", "edit", "webfetch", "websearch", "codesearch"];

/** The variable by which the commands of one session are found: the server's own mark is on those of all. */
export const SESSION_MARK = "TAKOPI_SESSION_ID";

/**
 * Puts `ask` in front of the rules that the person has, where it decides only if none of theirs fits; opencode's own
 * default is to allow. Tools of MCP servers are asked for as well. The stars keep the names apart from the person's,
 * whose order counts.
 */
export function askFirst(config: Config): void {
  const own = typeof config.permission === "string" ? { "*": config.permission } : config.permission;
  const servers = Object.keys(config.mcp ?? {}).map((name) => `${name.replace(/[^a-zA-Z0-9_-]/g, "_")}_`);
  const asked: Rules = Object.fromEntries([...ASKED, ...servers].map((tool) => [`${tool}*`, "ask"]));
  config.permission = { ...asked, ...own };
}

async function setCommandEnv(input: { sessionID?: string }, output: { env: Record<string, string> }): Promise<void> {
  if (input.sessionID !== undefined) output.env[SESSION_MARK] = input.sessionID;
  // With it a command could answer the questions that are asked about it.
  output.env["OPENCODE_SERVER_PASSWORD"] = "";
}

/** What opencode takes a plugin to be; its hooks are called once in each project, and before each command. */
export default {
  id: "takopi",
  server: async () => ({ config: async (config: Config) => askFirst(config), "shell.env": setCommandEnv }),
};
