import { readFileSync } from "node:fs";
import type { Secret } from "./schema.ts";

/** A value that the config only refers to; undefined if it is missing or empty. */
export function readSecret(secret: Secret, env: Readonly<Record<string, string | undefined>>): string | undefined {
  return ("env" in secret ? env[secret.env] : readText(secret.file))?.trim() || undefined;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
