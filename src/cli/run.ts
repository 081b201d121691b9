import { engines } from "../../runners/index.ts";
import { loadConfig } from "../config/load.ts";
import { makeConfigPrivate } from "../config/private.ts";
import { createLogger } from "../log.ts";
import { defineCommand } from "./command.ts";
import { requireEngine } from "./engine-name.ts";
import { isInteractive } from "./terminal.ts";

/** Runs the bridge; without a bot configured, a person at a terminal is offered the demo. */
export const command = defineCommand({
  args: {
    engine: { type: "positional", required: false, description: "Default engine for new threads", valueHint: "engine" },
  },
  run: async ({ engine }, context) => {
    const { env, cwd, configFile, debug, signal, stdout } = context;
    const engineOverride = engine === undefined ? undefined : requireEngine(engines, engine).id;
    const config = loadConfig({ cwd, env, engines, file: configFile });
    // The same file, whatever others there are by then.
    const reload = () => loadConfig({ cwd, env, engines, file: config.file ?? configFile });
    if (!config.telegram && isInteractive(context) && (await wantsDemo(config.file))) {
      const { command: demo } = await import("./demo.ts");
      return demo.execute([], context);
    }
    const log = await createLogger({ env, directory: config.directory, debug, output: stdout });
    const tightened = makeConfigPrivate(config);
    if (config.file !== undefined) log.info({ file: config.file, tightened }, "config.in_force");
    for (const warning of config.warnings) log.warn({ warning }, "config.warning");
    const { runBridge } = await import("../app.ts");
    await runBridge({ config, reload, engines, engineOverride, env, home: cwd, log, signal });
    return 0;
  },
});

async function wantsDemo(file: string | undefined): Promise<boolean> {
  const { confirm } = await import("@clack/prompts");
  const problem = file === undefined ? "There is no config yet" : `${file} names no bot`;
  return (await confirm({ message: `${problem}. Try the demo in the browser? It needs no token.` })) === true;
}
