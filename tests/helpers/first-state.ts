import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const packed = (name: string) => fileURLToPath(new URL(`../../fixtures/state/${name}.gz`, import.meta.url));

/** Puts the state file of the first version into a folder; see `fixtures/state/SOURCE.md`. Gives its path. */
export function unpackFirstState(directory: string): string {
  const file = join(directory, "takopi.db");
  writeFileSync(file, gunzipSync(readFileSync(packed("first.db"))), { mode: 0o600 });
  writeFileSync(`${file}-wal`, gunzipSync(readFileSync(packed("first.db-wal"))), { mode: 0o600 });
  return file;
}
