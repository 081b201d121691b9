import { parseKey, withoutSecrets, withValue } from "../config/keys.ts";
import { openGroup } from "../config/telegram.ts";
import { parseValue } from "../config/toml.ts";
import { ConfigError } from "../errors.ts";
import { defineCommand } from "./command.ts";
import { checkTable, openForEdit, saveTable } from "./config-file.ts";

/** Changes one value. The text is TOML if the config is right with it, and else plain text. */
export const command = defineCommand({
  args: {
    key: { type: "positional", description: "Such as limits.parallel_runs", required: true },
    value: { type: "positional", description: 'Such as 4, true, "text", plain text or [1, 2]', required: true },
  },
  async run({ key, value: literal }, context) {
    const path = parseKey(key);
    const { file, text, table } = openForEdit(context);
    const holds = async (value: unknown) => checkTable(context, file, withValue(table, path, value));
    let value = parseValue(literal);
    try {
      await holds(value);
    } catch (error) {
      // `codex.model = 5` is a number to TOML and a name to its reader.
      const isText =
        error instanceof ConfigError && typeof value === "number" && (await holds(literal).catch(() => undefined));
      if (!isText) throw error;
      value = literal;
    }
    const config = await saveTable(context, file, text, withValue(table, path, value));
    context.stdout.write(`updated ${key} = ${withoutSecrets(value, path)}\n`);
    const problem = openGroup(config);
    if (problem) context.stderr.write(`takopi: the bridge will not start like this: ${problem}\n`);
    return 0;
  },
});
