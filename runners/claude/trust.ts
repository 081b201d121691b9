import { joinTexts } from "../../src/engine/instructions.ts";
import { readInstructions } from "../../src/engine/trust.ts";
import type { ClaudeOptions } from "./options.ts";

/** Files of a repository that claude reads, headless without any question (2.1.332). */
export const claudeBrings = {
  ".claude/settings.json": "hooks, environment, permissions, key helper",
  ".claude/settings.local.json": "hooks, environment, permissions, key helper",
  ".mcp.json": "MCP servers",
  ".claude/agents/": "sub-agents",
  ".claude/commands/": "commands",
  ".claude/skills/": "skills",
};

/** Together they turn off all of that; `--bare` and `--safe-mode` do not (seen in 2.1.332). */
const WITHOUT_PROJECT = ["--setting-sources=user", "--strict-mcp-config"];

/** Arguments that decide what claude takes of the repository, with the system prompt of the options. */
export function trustArguments(cwd: string, isTrusted: boolean, options: ClaudeOptions): readonly string[] {
  // With the project's settings off, claude reads no CLAUDE.md.
  const brought = isTrusted ? undefined : readInstructions(cwd, ["CLAUDE.md", ".claude/CLAUDE.md", "AGENTS.md"]);
  const added = joinTexts(options.append_system_prompt, options.instructions, brought);
  return [...(isTrusted ? [] : WITHOUT_PROJECT), ...(added === undefined ? [] : [`--append-system-prompt=${added}`])];
}
