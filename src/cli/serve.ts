import { makeConfigPrivate } from "../config/private.ts";
import { createLogger } from "../log.ts";
import type { Context, Globals } from "./command.ts";
import { loadFor } from "./load.ts";

/** Runs the bridge until it is told to end. */
export async function serve(context: Context & Globals, engineOverride?: string): Promise<number> {
  const { env, cwd, configFile, debug, signal, stdout, onSecondSignal } = context;
  const config = loadFor(context);
  // The same file, whatever others there are by then.
  const reload = () => loadFor({ cwd, env, configFile: config.file ?? configFile });
  const log = await createLogger({ env, directory: config.directory, debug, output: stdout });
  const tightened = makeConfigPrivate(config);
  if (config.file !== undefined) log.info({ file: config.file, tightened }, "config.in_force");
  for (const warning of config.warnings) log.warn({ warning }, "config.warning");
  const { runBridge } = await import("../app.ts");
  const { known: engines } = config;
  await runBridge({ config, reload, engines, engineOverride, env, home: cwd, log, signal, onSecondSignal });
  return 0;
}
