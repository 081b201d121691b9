import { resolve } from "node:path";
import { engines } from "../../runners/index.ts";
import { type Context, defineCommand, type Globals } from "./command.ts";
import { requireEngine } from "./engine-name.ts";
import { loadFor } from "./load.ts";
import { serve } from "./serve.ts";
import { isInteractive } from "./terminal.ts";

/** Runs the bridge; without a bot configured, a person at a terminal gets the wizard. */
export const command = defineCommand({
  args: {
    engine: { type: "positional", required: false, description: "Default engine for new threads", valueHint: "engine" },
    record: { type: "string", description: "Write down what engines say and are told, into this folder" },
  },
  run: async ({ engine, record }, given) => {
    const context = record === undefined ? given : recordingInto(resolve(given.cwd, record), given);
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

/** Has the runs of all engines recorded, as if the environment said so for each. */
function recordingInto<Given extends Context & Globals>(directory: string, context: Given): Given {
  const built = engines.map(({ id }) => id);
  const keys = loadFor(context).known.map(({ id }) => (built.includes(id) ? [id] : ["ENGINES", id]));
  const variables = keys.map((path) => [`TAKOPI__${path.join("__").toUpperCase()}__RECORD`, directory]);
  return { ...context, env: { ...context.env, ...Object.fromEntries(variables) } };
}
