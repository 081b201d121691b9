import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { openPlain } from "../../src/store/database.ts";

const packed = (name: string) => fileURLToPath(new URL(`../../fixtures/state/${name}.gz`, import.meta.url));

const TIMES = [
  ["updates", "receivedAt"],
  ...["createdAt", "startedAt", "endedAt"].map((column) => ["runs", column] as const),
  ["deliveries", "createdAt"],
  ["questions", "askedAt"],
] as const;

/**
 * Puts the state file of the first version into a folder, as if it had been killed a moment ago: a bridge forgets
 * updates that are days old. See `fixtures/state/SOURCE.md`. Gives its path.
 */
export function unpackFirstState(directory: string): string {
  const workplace = mkdtempSync(join(tmpdir(), "takopi-first-state-"));
  const file = join(workplace, "takopi.db");
  writeFileSync(file, gunzipSync(readFileSync(packed("first.db"))));
  writeFileSync(`${file}-wal`, gunzipSync(readFileSync(packed("first.db-wal"))));
  const database = openPlain(file);
  const newest = database.get<{ at: number }>("SELECT MAX(receivedAt) AS at FROM updates")?.at ?? 0;
  for (const [table, column] of TIMES)
    database.run(`UPDATE ${table} SET ${column} = ${column} + ?`, Date.now() - newest);
  // Closing it would fold the log of what is not in the file yet into the file.
  const target = join(directory, "takopi.db");
  for (const end of ["", "-wal"]) copyFileSync(file + end, target + end);
  database.close();
  rmSync(workplace, { recursive: true });
  return target;
}
