import { spawnSync } from "node:child_process";
import { closeSync, copyFileSync, existsSync, mkdtempSync, openSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { BOUNDS } from "../bounds.ts";
import { ConfigError, UserError } from "../errors.ts";
import { openStore } from "../store/store.ts";
import { defineCommand } from "./command.ts";
import { loadFor } from "./load.ts";

/** Puts state and config in one tar file, readable by its owner only; a bridge may run meanwhile. */
export const command = defineCommand({
  args: { file: { type: "positional", description: "The tar file to write, such as takopi-backup.tar" } },
  run({ file: wanted }, { configFile, cwd, env, stdout }) {
    const config = loadFor({ configFile, cwd, env });
    const target = resolve(cwd, wanted);
    if (existsSync(target)) throw new ConfigError(`${target} is there already: name another file, or remove it first.`);
    const state = join(config.directory, "takopi.db");
    const names = [...(existsSync(state) ? ["takopi.db"] : []), ...(config.file === undefined ? [] : ["takopi.toml"])];
    if (names.length === 0) throw new ConfigError(`There is neither state nor config in ${config.directory} yet.`);
    const folder = mkdtempSync(join(tmpdir(), "takopi-backup-"));
    try {
      if (names.includes("takopi.db")) copyState(state, join(folder, "takopi.db"));
      if (config.file !== undefined) copyFileSync(config.file, join(folder, "takopi.toml"));
      pack(target, folder, names);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    stdout.write(`Wrote ${names.join(" and ")} to ${target} (${Math.ceil(statSync(target).size / 1024)} KiB).
To restore: end takopi, remove takopi.db* in ${config.directory}, and \`tar -xf ${target} -C ${config.directory}\`.
`);
    return 0;
  },
});

function copyState(file: string, target: string): void {
  const store = openStore(file);
  try {
    store.copyTo(target);
  } finally {
    store.close();
  }
}

function pack(target: string, folder: string, names: readonly string[]): void {
  const handle = openSync(target, "wx", 0o600);
  try {
    const { error, status, stderr } = spawnSync("tar", ["-cf", "-", "-C", folder, ...names], {
      stdio: ["ignore", handle, "pipe"],
      timeout: BOUNDS.program.archiveMs,
      encoding: "utf8",
    });
    if (status === 0) return;
    rmSync(target, { force: true });
    throw new UserError(`The backup could not be written: ${error?.message ?? stderr.trim()}`);
  } finally {
    closeSync(handle);
  }
}
