import { engines } from "../../runners/index.ts";
import { loadConfig } from "../config/load.ts";
import { defineCommand } from "./command.ts";
import { requireEngine } from "./engine-name.ts";
import { serve } from "./serve.ts";
import { isInteractive } from "./terminal.ts";

/** Runs the bridge; without a bot configured, a person at a terminal gets the wizard. */
export const command = defineCommand({
  args: {
    engine: { type: "positional", required: false, description: "Default engine for new threads", valueHint: "engine" },
  },
  run: async ({ engine }, context) => {
    const engineOverride = engine === undefined ? undefined : requireEngine(engines, engine).id;
    if (isInteractive(context)) {
      const { env, cwd, configFile: file } = context;
      const { telegram } = loadConfig({ cwd, env, engines, file });
      if (!telegram) {
        const { command: setup } = await import("./setup.ts");
        return setup.execute(file === undefined ? [] : ["--config", file], context);
      }
    }
    return serve(context, engineOverride);
  },
});
