import { BOUNDS } from "../../src/bounds.ts";
import type { McpServers } from "../../src/engine/mcp-servers.ts";
import { type RunTools, TOOLS_NAME } from "../../src/engine/pass.ts";

/**
 * Codex's settings for the person's servers. One that does not come up ends the run: the turn would begin without its
 * tools.
 */
export const serverSettings = (servers: McpServers = {}): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(servers).flatMap(([name, given]) => {
      const own = "url" in given ? { url: given.url, http_headers: given.headers } : given;
      return Object.entries({ ...own, required: true }).map(([key, value]) => [`mcp_servers.${name}.${key}`, value]);
    }),
  );

/** Codex's settings for takopi's own tools, which it calls without a question (0.169.0); none if it gets none. */
export const toolSettings = (command: RunTools["command"] | undefined): Readonly<Record<string, unknown>> =>
  command === undefined
    ? {}
    : {
        [`mcp_servers.${TOOLS_NAME}.command`]: command.file,
        [`mcp_servers.${TOOLS_NAME}.args`]: command.args,
        // Else the turn begins before the server is up, and the model finds no tools.
        [`mcp_servers.${TOOLS_NAME}.required`]: true,
        [`mcp_servers.${TOOLS_NAME}.startup_timeout_sec`]: BOUNDS.tools.startMs / 1000,
        [`mcp_servers.${TOOLS_NAME}.default_tools_approval_mode`]: "approve",
        [`mcp_servers.${TOOLS_NAME}.tool_timeout_sec`]: BOUNDS.tools.callMs / 1000,
      };
