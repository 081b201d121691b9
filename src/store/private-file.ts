import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

const FOR_OWNER = 0o600;

/**
 * Makes the file if it is missing, and lets only its owner read it. What SQLite puts beside a database (`-wal`, `-shm`,
 * `-journal`) gets the mode of the database, so this comes before SQLite opens it.
 */
export function makePrivate(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, "a", FOR_OWNER));
  for (const path of [file, `${file}-wal`, `${file}-shm`]) tighten(path);
}

function tighten(path: string): void {
  try {
    chmodSync(path, FOR_OWNER);
  } catch (error) {
    // A file of another user that this one may write is left as it is.
    if (!(error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EPERM")))
      throw error;
  }
}
