import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { operationEntries } from "../../src/cli/operation.ts";
import { call } from "../cli/calling.ts";
import type { Stage } from "./bridge.ts";

/** Runs a command as in a shell beside this bridge. */
export function shell({ directory }: Pick<Stage, "directory">) {
  const config = join(directory, "cli.toml");
  writeFileSync(config, 'default_engine = "codex"\n');
  return async (name: string, ...argv: string[]) => {
    const loaded = await operationEntries.find((entry) => entry.name === name)?.load();
    if (!loaded) throw new Error(`There is no command ${name}.`);
    return call(loaded.command, directory, "--config", config, ...argv);
  };
}
