import { parseKey, readValue, withoutValue } from "../config/keys.ts";
import { defineCommand } from "./command.ts";
import { describeUnset, openForEdit, saveTable } from "./config-file.ts";

/** Removes a value or a table; exit code 1 if it is not set. */
export const command = defineCommand({
  args: { key: { type: "positional", description: "Such as limits.run_minutes", required: true } },
  async run({ key }, context) {
    const path = parseKey(key);
    const { file, text, table } = openForEdit(context);
    if (readValue(table, path) === undefined) {
      context.stderr.write(`takopi: ${await describeUnset(path)}\n`);
      return 1;
    }
    await saveTable(context, file, text, withoutValue(table, path));
    context.stdout.write(`removed ${key}\n`);
    return 0;
  },
});
