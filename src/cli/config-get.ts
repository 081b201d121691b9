import { parseKey, readValue } from "../config/keys.ts";
import { formatValue, isTable } from "../config/toml.ts";
import { ConfigError } from "../errors.ts";
import { defineCommand } from "./command.ts";
import { readExisting } from "./config-file.ts";

/** Prints one value as it would stand in the file; exit code 1 without a word where it is not set. */
export const command = defineCommand({
  args: { key: { type: "positional", description: "Such as limits.parallel_runs", required: true } },
  run({ key }, context) {
    const value = readValue(readExisting(context), parseKey(key));
    if (value === undefined) return 1;
    if (isTable(value)) {
      throw new ConfigError(
        `${key} is a table; name one of its keys: ${Object.keys(value).join(", ") || "it has none"}.`,
      );
    }
    context.stdout.write(`${formatValue(value)}\n`);
    return 0;
  },
});
