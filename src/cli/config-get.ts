import { parseKey, readValue } from "../config/keys.ts";
import { formatValue } from "../config/toml.ts";
import { isTable } from "../domain/table.ts";
import { ConfigError } from "../errors.ts";
import { defineCommand } from "./command.ts";
import { describeUnset, readExisting } from "./config-file.ts";

/** Prints one value as the file would hold it. If it is not set: exit code 1 and the default. */
export const command = defineCommand({
  args: { key: { type: "positional", description: "Such as limits.parallel_runs", required: true } },
  async run({ key }, context) {
    const path = parseKey(key);
    const value = readValue(readExisting(context), path);
    if (value === undefined) {
      context.stderr.write(`takopi: ${await describeUnset(path)}\n`);
      return 1;
    }
    if (isTable(value)) {
      throw new ConfigError(
        `${key} is a table; name one of its keys: ${Object.keys(value).join(", ") || "it has none"}.`,
      );
    }
    context.stdout.write(`${formatValue(value)}\n`);
    return 0;
  },
});
