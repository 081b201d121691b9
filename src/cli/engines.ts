import { engineOptions } from "../config/engine-options.ts";
import { defineCommand } from "./command.ts";
import { loadFor } from "./load.ts";
import { formatColumns } from "./terminal.ts";

/** Lists the engines: where each was found, its version, and what is wrong with it. */
export const command = defineCommand({
  args: { json: { type: "boolean", description: "Print as JSON" } },
  async run({ json }, context) {
    const { env, stdout } = context;
    const config = loadFor(context);
    const found = await Promise.all(
      config.known.map(async (engine) => {
        const probe = await engine.probe({ options: engineOptions(config, engine, undefined), env });
        return { id: engine.id, label: engine.label, isDefault: engine.id === config.default_engine, ...probe };
      }),
    );
    if (json) {
      stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      return 0;
    }
    const rows = found.map(({ id, isDefault, path, version, problems }) => [
      `${id}${isDefault ? " (default)" : ""}`,
      version ?? (path ? "unknown version" : "not found"),
      problems[0] ?? path ?? "",
    ]);
    stdout.write(formatColumns(rows));
    return 0;
  },
});
