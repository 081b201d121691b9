import { BOUNDS } from "../../src/bounds.ts";
import { type RunTools, TOOLS_NAME } from "../../src/engine/pass.ts";
import { parseConfig } from "./hosted-models.ts";

/** The rule that allows takopi's own tools. */
export const ALLOWED = { [`${TOOLS_NAME}_*`]: "allow" };

/** The value of `OPENCODE_CONFIG_CONTENT` with takopi's own tools in it (1.18.33); as it is if there are none. */
export function withTools(content: string | undefined, command: RunTools["command"] | undefined): string | undefined {
  if (command === undefined) return content;
  const config = content === undefined ? {} : parseConfig(content);
  const server = {
    ...{ type: "local", command: [command.file, ...command.args], enabled: true },
    // For each call and for its start, which otherwise gets 5 s.
    timeout: BOUNDS.tools.callMs,
  };
  const { mcp } = config as { mcp?: object };
  return JSON.stringify({ ...config, mcp: { ...mcp, [TOOLS_NAME]: server } });
}
