import { existsSync, readFileSync, rmSync } from "node:fs";
import { ConfigError, UserError } from "../errors.ts";
import { type Database, openPlain } from "./database.ts";

/** Held as long as the process lives, or until released. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock of a bridge. It is a lock of the operating system on an open file: it goes with its process, however
 * that ends, so that a pid that is used again cannot hold it. Takopi keeps a file of JSON in the same place, which may
 * outlive it.
 *
 * @throws UserError that names the holder, if another process has it; ConfigError if the file cannot be used.
 */
export function takeLock(file: string): Lock {
  try {
    return lock(file);
  } catch (cause) {
    if (codeOf(cause) !== "SQLITE_NOTADB") throw refusal(file, cause);
  }
  removeStale(file);
  try {
    return lock(file);
  } catch (cause) {
    throw refusal(file, cause);
  }
}

/**
 * The holder of the lock now; undefined if there is none.
 *
 * @throws ConfigError if nobody can tell.
 */
export function readLockHolder(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  let database: Database | undefined;
  try {
    database = openPlain(file);
    database.exec("PRAGMA busy_timeout = 0; BEGIN IMMEDIATE; ROLLBACK");
    return undefined;
  } catch (cause) {
    if (isBusy(cause)) return readHolder(file);
    if (codeOf(cause) !== "SQLITE_NOTADB") throw unusable(file, cause);
    const pid = readLivePid(readFileSync(file, "utf8"));
    return pid === undefined ? undefined : `pid ${pid}`;
  } finally {
    database?.close();
  }
}

function lock(file: string): Lock {
  const database = openPlain(file);
  try {
    database.exec(
      // The lock is worthless after a power cut, so nothing waits for the disk.
      "PRAGMA busy_timeout = 0; PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL, since TEXT NOT NULL)",
    );
    database.exec(`BEGIN IMMEDIATE; DELETE FROM holder;
      INSERT INTO holder (pid, since) VALUES (${process.pid}, '${new Date().toISOString()}'); COMMIT`);
    database.exec("BEGIN IMMEDIATE");
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    release: () => {
      database.exec("ROLLBACK");
      database.close();
    },
  };
}

/**
 * Removes what a Takopi that has ended left. Another start may have done so since, and its file stays.
 *
 * @throws UserError if it may not have ended.
 */
function removeStale(file: string): void {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (text === "" || text.startsWith("SQLite format 3")) return;
  const pid = readLivePid(text);
  if (pid !== undefined) {
    throw new UserError(
      `takopi is already running here (pid ${pid}; lock ${file}): end it first, or remove that file if this process is no takopi.`,
    );
  }
  rmSync(file, { force: true });
}

/** The pid in Takopi's lock; undefined if there is none, or its process has ended. */
function readLivePid(text: string): number | undefined {
  const pid = readPid(text);
  // In a container the next start often has the pid of the last one.
  if (pid === undefined || pid === process.pid) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return codeOf(error) === "EPERM" ? pid : undefined;
  }
}

function readPid(text: string): number | undefined {
  try {
    const pid: unknown = JSON.parse(text)?.pid;
    return typeof pid === "number" && Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

const refusal = (file: string, cause: unknown): Error =>
  isBusy(cause)
    ? new UserError(
        `takopi is already running here (${readHolder(file)}; lock ${file}): end it first, or use another config.`,
        { cause },
      )
    : unusable(file, cause);

function unusable(file: string, cause: unknown): ConfigError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ConfigError(
    `${file} cannot be used as the lock (${reason}): let the user that runs takopi write there, or move it away.`,
    { cause },
  );
}

function readHolder(file: string): string {
  let database: Database | undefined;
  try {
    database = openPlain(file);
    const row = database.get<{ pid: number; since: string }>("SELECT pid, since FROM holder");
    return row ? `pid ${row.pid}, since ${row.since}` : "holder unknown";
  } catch {
    return "it is just starting";
  } finally {
    database?.close();
  }
}

const isBusy = (error: unknown): boolean => codeOf(error)?.startsWith("SQLITE_BUSY") === true;

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
