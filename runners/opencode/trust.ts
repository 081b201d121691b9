import { instructionFiles } from "../../src/engine/trust.ts";
import { parseConfig } from "./hosted-models.ts";

/** What opencode reads of a repository (1.18.33). */
export const opencodeBrings = {
  "opencode.json": "permissions, MCP servers, plugins",
  "opencode.jsonc": "permissions, MCP servers, plugins",
  ".opencode/": "plugins, tools, agents, commands",
};

/** Makes opencode leave out the repository's config, its plugins and servers, and its instruction files with them. */
export const WITHOUT_PROJECT = { OPENCODE_DISABLE_PROJECT_CONFIG: "1" };

/**
 * The value of `OPENCODE_CONFIG_CONTENT` for a repository that is not trusted. Language servers and formatters are off:
 * opencode takes them from the repository's `node_modules` unasked. Lists of instructions are joined by opencode.
 */
export function withoutPrograms(content: string | undefined, instructions: readonly string[] = []): string {
  const config = content === undefined ? {} : parseConfig(content);
  const own = Array.isArray(config["instructions"]) ? config["instructions"] : [];
  return JSON.stringify({ ...config, lsp: false, formatter: false, instructions: [...own, ...instructions] });
}

/** The instruction files that opencode would read: the first kind of which there is any. */
export function instructionsOf(cwd: string): readonly string[] {
  const kinds = ["AGENTS.md", "CLAUDE.md", "CONTEXT.md"].map((name) => instructionFiles(cwd, [name]));
  return kinds.find((files) => files.length > 0) ?? [];
}
