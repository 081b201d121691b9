import { chmodSync, existsSync } from "node:fs";
import { UserError } from "../errors.ts";
import { type Database, openPlain } from "./database.ts";

/** Held as long as the process lives, or until released. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock of a bridge. It is a lock of the operating system on an open file: it goes with its process, however
 * that ends, so that a pid that is used again cannot hold it.
 *
 * @throws UserError that names the holder, where another process has it.
 */
export function takeLock(file: string): Lock {
  const database = openPlain(file);
  try {
    database.exec(
      "PRAGMA busy_timeout = 0; CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL, since TEXT NOT NULL)",
    );
    database.exec(`BEGIN IMMEDIATE; DELETE FROM holder;
      INSERT INTO holder (pid, since) VALUES (${process.pid}, '${new Date().toISOString()}'); COMMIT`);
    database.exec("BEGIN IMMEDIATE");
    chmodSync(file, 0o600);
  } catch (cause) {
    const holder = readHolder(database);
    database.close();
    throw new UserError(
      `takopi is already running here (${holder}; lock ${file}): end it first, or use another config.`,
      {
        cause,
      },
    );
  }
  return {
    release: () => {
      database.exec("ROLLBACK");
      database.close();
    },
  };
}

/** Who holds the lock now; undefined where nobody does. */
export function readLockHolder(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const database = openPlain(file);
  try {
    database.exec("PRAGMA busy_timeout = 0; BEGIN IMMEDIATE; ROLLBACK");
    return undefined;
  } catch {
    return readHolder(database);
  } finally {
    database.close();
  }
}

function readHolder(database: Database): string {
  try {
    const row = database.get<{ pid: number; since: string }>("SELECT pid, since FROM holder");
    return row ? `pid ${row.pid}, since ${row.since}` : "holder unknown";
  } catch {
    return "it is just starting";
  }
}
