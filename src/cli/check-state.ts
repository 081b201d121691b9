import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { ConfigError } from "../errors.ts";
import type { Check } from "./checks.ts";

/** Opens the state file, if there is one, and lets SQLite look it over. */
export async function checkState({ directory }: Config): Promise<Check> {
  const name = "state file";
  const file = join(directory, "takopi.db");
  if (!existsSync(file)) return { name, state: "ok", detail: `${file} will be made at the first start` };
  const { openStore } = await import("../store/store.ts");
  try {
    const store = openStore(file);
    try {
      const found = store.check();
      if (found === "ok") return { name, state: "ok", detail: file };
      return { name, state: "error", detail: `${file} is damaged: ${found}`, fix: "Restore it from a backup." };
    } finally {
      store.close();
    }
  } catch (error) {
    if (error instanceof ConfigError) return { name, state: "error", detail: error.message };
    throw error;
  }
}
