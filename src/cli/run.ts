import { engines } from "../../runners/index.ts";
import { runBridge } from "../app.ts";
import { loadConfig } from "../config/load.ts";
import { createLogger } from "../log.ts";
import { defineCommand } from "./command.ts";

export const command = defineCommand({
  args: {
    engine: { type: "positional", required: false, description: "Default engine for new threads", valueHint: "engine" },
  },
  run: async ({ engine }, context) => {
    const { env, cwd, configFile, debug, signal, stdout } = context;
    const config = loadConfig({ cwd, env, engines, ...(configFile === undefined ? {} : { file: configFile }) });
    const log = await createLogger({ env, cwd, debug, output: stdout });
    for (const warning of config.warnings) log.warn({ warning }, "config.warning");
    await runBridge({ config, engines, engineOverride: engine, env, home: cwd, log, signal });
    return 0;
  },
});
