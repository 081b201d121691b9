import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { dateOf } from "../domain/moment.ts";
import { MS_PER_DAY } from "../domain/time.ts";
import { ConfigError } from "../errors.ts";
import { openStore } from "../store/store.ts";
import { defineCommand } from "./command.ts";
import { loadFor } from "./load.ts";

/** Removes the texts of old runs from the state file; counts and costs stay. */
export const command = defineCommand({
  args: {
    older: {
      type: "string",
      valueHint: "90d",
      description: "Runs that ended longer ago; limits.keep_days unless told",
    },
  },
  run({ older }, { configFile, cwd, env, stdout }) {
    const config = loadFor({ configFile, cwd, env });
    const days = older === undefined ? config.limits.keep_days : toDays(older);
    if (days === undefined) throw new ConfigError("Say how old: --older 90d, or set limits.keep_days.");
    const file = join(config.directory, "takopi.db");
    const before = Date.now() - days * MS_PER_DAY;
    const runs = existsSync(file) ? prune(file, before) : 0;
    stdout.write(
      `Removed the texts of ${runs} ${runs === 1 ? "run" : "runs"} from before ${dateOf(before)}; counts and costs stay.\n`,
    );
    if (runs > 0)
      stdout.write(
        `${file} has ${toMib(statSync(file).size)} MiB now. Its backups keep the texts until three more starts.\n`,
      );
    return 0;
  },
});

function prune(file: string, before: number): number {
  const store = openStore(file);
  try {
    const runs = store.history.prune(before);
    store.history.shrink();
    return runs;
  } finally {
    store.close();
  }
}

/** `90d`, `12w`, or days alone. */
function toDays(text: string): number {
  const [, number, unit = "d"] = /^(\d{1,5})(d|w)?$/i.exec(text.trim()) ?? [];
  if (number === undefined) throw new ConfigError(`--older is "${text}"; expected days or weeks, such as 90d or 12w.`);
  return Number(number) * (unit.toLowerCase() === "w" ? 7 : 1);
}

const toMib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
