import { join } from "node:path";
import { ConfigError } from "../errors.ts";
import { serveMcp } from "../mcp/serve.ts";
import { allowable, toolsFor } from "../mcp/tools.ts";
import { operations } from "../operations/index.ts";
import { readVersion } from "../version.ts";
import { defineCommand } from "./command.ts";
import { loadFor } from "./load.ts";

/** A client of the bridge that runs here. */
export const command = defineCommand({
  args: {},
  async run(_values, context) {
    const { directory, mcp } = loadFor(context);
    const known = allowable(operations);
    const unknown = mcp.allow.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new ConfigError(`mcp.allow names "${unknown}", which no tool writes by; known: ${known.join(", ")}.`);
    }
    const tools = toolsFor(operations, mcp.allow);
    const socket = join(directory, "takopi.sock");
    const setup = { reach: () => ({ socket }), tools, version: readVersion() };
    await serveMcp(setup, context.stdin, context.signal);
    return 0;
  },
});
