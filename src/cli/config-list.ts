import { flatten } from "../config/keys.ts";
import { defineCommand } from "./command.ts";
import { placeOf, readExisting } from "./config-file.ts";

/** Prints every leaf as `key = value`. Secrets are hidden, since lists get pasted; `config get` shows them. */
export const command = defineCommand({
  args: {},
  run(_args, context) {
    const { file, exists } = placeOf(context);
    if (!exists) {
      context.stderr.write(`takopi: Missing config file ${file}.\n`);
      return 1;
    }
    for (const line of flatten(readExisting(context))) context.stdout.write(`${line}\n`);
    return 0;
  },
});
