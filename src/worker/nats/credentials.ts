import { readFileSync } from "node:fs";
import type { MachinesTable } from "../../config/machines.ts";
import { ConfigError } from "../../errors.ts";
import { readNkey } from "./nkey.ts";

/** The key of this machine; undefined if the config names none. @throws ConfigError */
export function readSeed({ credentials }: MachinesTable): string | undefined {
  if (credentials === undefined) return undefined;
  const seed = readText(credentials, "credentials");
  try {
    readNkey(seed);
  } catch (cause) {
    const fix = "expected the seed of a user, which begins with SU, as `takopi machines init` writes it.";
    throw new ConfigError(`machines.credentials: ${credentials} holds no nkey; ${fix}`, { cause });
  }
  return seed;
}

/** @throws ConfigError */
export function readText(file: string, key: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`machines.${key}: ${file} cannot be read (${reason}).`, { cause });
  }
}
