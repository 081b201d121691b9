import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pinnedEngines } from "./pinned.ts";

/** Keeps opencode from installing here what it offers to plugins and tools, for which it would need the net. */
export function layOpencodeFolder(folder: string): void {
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  const dependencies = { "@opencode-ai/plugin": pinnedEngines.opencode.version };
  const lock = { lockfileVersion: 3, packages: { "": { dependencies } } };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ dependencies }));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
}
