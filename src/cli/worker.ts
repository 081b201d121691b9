import { makeConfigPrivate } from "../config/private.ts";
import { createLogger } from "../log.ts";
import { defineCommand } from "./command.ts";
import { loadFor } from "./load.ts";

/** Carries out the runs of a bridge on another machine. */
export const command = defineCommand({
  args: {},
  run: async (_, context) => {
    const { env, cwd: home, debug, signal, stdout } = context;
    const config = loadFor(context);
    const log = await createLogger({ env, directory: config.directory, debug, output: stdout });
    makeConfigPrivate(config);
    const { runWorker } = await import("../app/worker.ts");
    await runWorker({ config, env, home, log, signal });
    return 0;
  },
});
