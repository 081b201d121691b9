import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { machineTime } from "../domain/moment.ts";
import type { Database } from "./database.ts";
import { makePrivate } from "./private-file.ts";

const KEPT = 3;

/** Where the copy of the start before the last `age - 1` ones is. */
const backupPath = (file: string, age: number): string => `${file}.backup-${age}`;

/** Copies the state file as it is at a start, and keeps the copies of the last three starts. */
export function keepBackup(database: Database, file: string): void {
  const fresh = backupPath(file, 0);
  copyDatabase(database, fresh);
  for (let age = KEPT; age > 0; age--) {
    const younger = backupPath(file, age - 1);
    if (existsSync(younger)) renameSync(younger, backupPath(file, age));
  }
}

/** Writes everything that is stored to another file, at one point in time, whoever else writes; on the disk at the end. */
export function copyDatabase(database: Database, target: string): void {
  rmSync(target, { force: true });
  makePrivate(target);
  database.exec(`VACUUM INTO '${target.replaceAll("'", "''")}'`);
  const handle = openSync(target, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The fix for an unusable state file: one sentence that names the newest copy. */
export function restoreAdvice(file: string): string {
  const [newest] = Array.from({ length: KEPT }, (_, index) => backupPath(file, index + 1)).filter(existsSync);
  if (newest === undefined) return "restore it from a backup, or move it away to start with an empty one";
  const time = machineTime(statSync(newest).mtimeMs);
  return `move it and its -wal and -shm files away, then \`cp ${newest} ${file}\` (a copy of ${time}; older ones lie beside it)`;
}
