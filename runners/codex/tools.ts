import { BOUNDS } from "../../src/bounds.ts";
import { type RunTools, TOOLS_NAME } from "../../src/engine/pass.ts";

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
