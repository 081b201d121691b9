import { parseKey, readValue, withoutValue } from "../config/keys.ts";
import { defineCommand } from "./command.ts";
import { openForEdit, saveTable } from "./config-file.ts";

/** Removes a value or a table, and prints nothing; exit code 1 where it is not set. */
export const command = defineCommand({
  args: { key: { type: "positional", description: "Such as limits.run_minutes", required: true } },
  async run({ key }, context) {
    const path = parseKey(key);
    const { file, text, table } = openForEdit(context);
    if (readValue(table, path) === undefined) return 1;
    await saveTable(context, file, text, withoutValue(table, path));
    return 0;
  },
});
