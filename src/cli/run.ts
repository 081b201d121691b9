import { defineCommand } from "./command.ts";
import { requireEngine } from "./engine-name.ts";
import { loadFor } from "./load.ts";
import { serve } from "./serve.ts";
import { isInteractive } from "./terminal.ts";

/** Runs the bridge; without a bot configured, a person at a terminal gets the wizard. */
export const command = defineCommand({
  args: {
    engine: { type: "positional", required: false, description: "Default engine for new threads", valueHint: "engine" },
  },
  run: async ({ engine }, context) => {
    const engineOverride = engine === undefined ? undefined : requireEngine(loadFor(context).known, engine).id;
    if (isInteractive(context)) {
      const { configFile: file } = context;
      const { telegram } = loadFor(context);
      if (!telegram) {
        const { command: setup } = await import("./setup.ts");
        return setup.execute(file === undefined ? [] : ["--config", file], context);
      }
    }
    return serve(context, engineOverride);
  },
});
