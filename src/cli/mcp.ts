import { join } from "node:path";
import { engines } from "../../runners/index.ts";
import { loadConfig } from "../config/load.ts";
import { ConfigError } from "../errors.ts";
import { serveMcp } from "../mcp/serve.ts";
import { allowable, toolsFor } from "../mcp/tools.ts";
import { operations } from "../operations/index.ts";
import { readVersion } from "../version.ts";
import { defineCommand } from "./command.ts";

/** A client of the bridge that runs here. */
export const command = defineCommand({
  args: {},
  async run(_values, { configFile: file, cwd, env, stdin, signal }) {
    const { directory, mcp } = loadConfig({ file, cwd, env, engines });
    const known = allowable(operations);
    const unknown = mcp.allow.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new ConfigError(`mcp.allow names "${unknown}", which no tool writes by; known: ${known.join(", ")}.`);
    }
    const tools = toolsFor(operations, mcp.allow);
    await serveMcp({ socket: join(directory, "takopi.sock"), tools, version: readVersion() }, stdin, signal);
    return 0;
  },
});
