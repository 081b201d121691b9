import Libsql from "libsql";
import { ConfigError } from "../errors.ts";
import { keepBackup, restoreAdvice } from "./backup.ts";
import { migrations } from "./migrations/index.ts";
import { makePrivate } from "./private-file.ts";

type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** A connection without schema or tuning, for files that are not the state file. Only the owner can read the file. */
export function openPlain(file: string): Database {
  makePrivate(file);
  return wrap(new Libsql(file));
}

/** The little of SQL that the store uses. All calls are synchronous; statements are prepared once. */
export interface Database {
  run(sql: string, ...values: Value[]): number;
  get<T extends Row>(sql: string, ...values: Value[]): T | undefined;
  all<T extends Row>(sql: string, ...values: Value[]): T[];
  /** Statements without values and results. */
  exec(sql: string): void;
  /** Everything in `work` is stored, or nothing of it; what is stored outlives the process. Nesting joins the outer one. */
  transaction<T>(work: () => T): T;
  /** The same, and it is on the disk with all before it when this returns: it also outlives a power cut. */
  durably<T>(work: () => T): T;
  /** SQLite's complaints about the file; "ok" if there are none. */
  check(): string;
  close(): void;
}

/** Ids of another program's things: texts for us, though SQLite keeps those that read like numbers as numbers. */
const TEXT_IDS = ["chatId", "topicId", "messageId", "userId", "replyTo", "progressId", "cardId"];

function withTextIds(row: Row): Row {
  const numbers = TEXT_IDS.filter((name) => typeof row[name] === "number");
  if (numbers.length === 0) return row;
  return { ...row, ...Object.fromEntries(numbers.map((name) => [name, String(row[name])])) };
}

const IN_MEMORY = ":memory:";

/** How the state file is opened. */
export interface OpenOptions {
  /** A bridge starts: the whole file is checked, and copied, before anything is changed in it. */
  readonly isStart?: boolean;
  /** Called if there can be no copy; the start continues. */
  readonly onNoBackup?: (error: unknown) => void;
}

/**
 * Opens the state file, or ":memory:", and brings it to the present schema. Only `durably` waits for the disk: in
 * WAL mode a write outlives a killed process without that (`synchronous = NORMAL`).
 *
 * @throws ConfigError when the file is damaged or comes from a newer version; it is left as it is.
 */
export function openDatabase(file: string, { isStart = false, onNoBackup = () => {} }: OpenOptions = {}): Database {
  let raw: Libsql.Database | undefined;
  try {
    if (file !== IN_MEMORY) makePrivate(file);
    raw = new Libsql(file);
    raw.exec("PRAGMA busy_timeout = 5000");
    const database = wrap(raw);
    const version = readVersion(database, file);
    if (isStart && version > 0) checkAndCopy(database, file, onNoBackup);
    raw.exec("PRAGMA synchronous = NORMAL; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON");
    migrate(database, raw, version);
    return database;
  } catch (cause) {
    raw?.close();
    if (cause instanceof ConfigError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const advice = isUnwritable(cause) ? "let the user that runs takopi write there" : restoreAdvice(file);
    throw new ConfigError(`${file} cannot be used as the state file (${reason}): ${advice}.`, { cause });
  }
}

const isUnwritable = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && ["EACCES", "EPERM", "EROFS"].includes(String(cause.code));

function readVersion(database: Database, file: string): number {
  const version = database.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
  if (version <= migrations.length) return version;
  throw new ConfigError(
    `${file} was written by a newer takopi (state version ${version}, this one knows ${migrations.length}): update takopi, or move the file away to start with an empty one.`,
  );
}

function checkAndCopy(database: Database, file: string, onNoBackup: (error: unknown) => void): void {
  const found = database.check();
  if (found !== "ok") throw new ConfigError(`${file} is damaged (${firstOf(found)}): ${restoreAdvice(file)}.`);
  try {
    keepBackup(database, file);
  } catch (error) {
    onNoBackup(error);
  }
}

/** A damaged file can have hundreds of complaints. */
const firstOf = (found: string): string =>
  found.replace(/^\*\*\* in database \w+ \*\*\*\s*/, "").split(/[\n;]/, 1)[0] ?? "";

/** All steps are stored together: each would wait for the disk of its own. */
function migrate(database: Database, raw: Libsql.Database, from: number): void {
  if (from === migrations.length) return;
  database.transaction(() => {
    for (const step of migrations.slice(from)) raw.exec(step);
    raw.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

function wrap(raw: Libsql.Database): Database {
  const statements = new Map<string, Libsql.Statement<Value[]>>();
  let isClosed = false;
  // libsql 0.5 aborts the whole process otherwise.
  const requireOpen = () => {
    if (isClosed) throw new Error("The state file is closed.");
  };
  const prepare = (sql: string) => {
    requireOpen();
    const known = statements.get(sql);
    if (known) return known;
    const statement = raw.prepare<Value[]>(sql);
    statements.set(sql, statement);
    return statement;
  };
  // libsql 0.5 aborts the whole process on a value of another type.
  const bind = (values: readonly unknown[]): Value[] =>
    values.map((value) => {
      // It reads a text back only as far as its first NUL.
      if (typeof value === "string") return value.replaceAll("\0", "\ufffd");
      if (typeof value === "number" || value === null) return value;
      throw new TypeError(`A ${typeof value} cannot be stored.`);
    });
  const all = <T extends Row>(sql: string, values: readonly unknown[]) =>
    (prepare(sql).all(...bind(values)) as Row[]).map(withTextIds) as T[];
  const transaction = <T>(work: () => T): T => {
    requireOpen();
    if (raw.inTransaction) return work();
    raw.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      raw.exec("COMMIT");
      return result;
    } catch (error) {
      if (raw.inTransaction) raw.exec("ROLLBACK");
      throw error;
    }
  };
  return {
    run: (sql, ...values) => prepare(sql).run(...bind(values)).changes,
    // libsql's own `get` leaves the statement open, and with it a read lock and its view of the file.
    get: <T extends Row>(sql: string, ...values: Value[]) => all<T>(sql, values)[0],
    all: (sql, ...values) => all(sql, values),
    exec: (sql) => void raw.exec(sql),
    transaction,
    durably: (work) => {
      requireOpen();
      if (raw.inTransaction) throw new Error("A transaction that must be on the disk was begun inside another.");
      raw.exec("PRAGMA synchronous = FULL");
      try {
        return transaction(work);
      } finally {
        raw.exec("PRAGMA synchronous = NORMAL");
      }
    },
    // No slower than `quick_check` (libsql 0.5: 65 MB in 0.2 s), and sees what that leaves out.
    check: () => prepare("PRAGMA integrity_check").raw().all().flat().join("; "),
    close: () => {
      isClosed = true;
      raw.close();
    },
  };
}
