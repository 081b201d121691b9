import { defineCommand } from "./command.ts";
import { placeOf, shortPath } from "./config-file.ts";

/** Prints the config's path, whether or not it is there yet. */
export const command = defineCommand({
  args: {},
  run(_args, context) {
    context.stdout.write(`${shortPath(placeOf(context).file, context.env)}\n`);
    return 0;
  },
});
