import { join } from "node:path";
import { withValue } from "../config/keys.ts";
import { sameName } from "../config/rules.ts";
import { ConfigError, UserError } from "../errors.ts";
import { readLockHolder } from "../store/lock.ts";
import { type Context, defineCommand } from "./command.ts";
import { botOf, openForEdit, saveTable, shortPath } from "./config-file.ts";
import { loadFor } from "./load.ts";
import { askNobody } from "./setup/ask.ts";
import { findBot } from "./setup/bot.ts";
import { waitForMessage } from "./setup/first-message.ts";

/** Waits for a message to the bot, then prints its chat's id, or makes the chat a project's. */
export const command = defineCommand({
  args: { project: { type: "string", valueHint: "alias", description: "Save it as this project's chat" } },
  async run({ project }, context) {
    const { env, signal, stdout } = context;
    const config = loadFor(context);
    const holder = readLockHolder(join(config.directory, "takopi.lock"));
    if (holder !== undefined)
      throw new UserError(`takopi runs here and takes every message (${holder}): end it first.`);
    const { text, table, file } = openForEdit(context);
    const alias = [...config.projects.keys()].find((one) => project !== undefined && sameName(one, project));
    if (project !== undefined && alias === undefined) {
      throw new ConfigError(`There is no project ${project}: register it with \`takopi init ${project}\` first.`);
    }
    const { token: given, server } = botOf(table, context);
    if (given === undefined) throw new ConfigError("There is no bot token yet: run `takopi setup`.");
    // Only the id goes to standard output, for scripts.
    const ask = askNobody({ stdout: context.stderr } as Pick<Context, "stdout">);
    const bot = await findBot({ ask, given, stored: undefined, server, signal });
    const { chatId } = await waitForMessage(bot, { ask, signal, isAlone: true, after });
    stdout.write(`${chatId}\n`);
    if (alias === undefined) return 0;
    await saveTable(context, file, text, withValue(table, ["projects", alias, "chat_id"], chatId));
    context.stderr.write(`Saved as the chat of ${alias} in ${shortPath(file, env)}.\n`);
    return 0;
  },
});

function after(ms: number, then: () => void): () => void {
  const timer = setTimeout(then, ms);
  return () => clearTimeout(timer);
}
