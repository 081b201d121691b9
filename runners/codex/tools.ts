import { type RunTools, TOOLS_NAME } from "../../src/engine/pass.ts";

/** Longer than any of takopi's tools takes, in seconds. */
const CALL_SECONDS = 120;

/** Codex's settings for takopi's own tools, which it calls without a question (0.169.0); none if it gets none. */
export const toolSettings = (command: RunTools["command"] | undefined): Readonly<Record<string, unknown>> =>
  command === undefined
    ? {}
    : {
        [`mcp_servers.${TOOLS_NAME}.command`]: command.file,
        [`mcp_servers.${TOOLS_NAME}.args`]: command.args,
        [`mcp_servers.${TOOLS_NAME}.default_tools_approval_mode`]: "approve",
        [`mcp_servers.${TOOLS_NAME}.tool_timeout_sec`]: CALL_SECONDS,
      };
