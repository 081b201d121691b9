import { chmodSync, existsSync } from "node:fs";
import Libsql from "libsql";
import { ConfigError } from "../errors.ts";
import { migrations } from "./migrations.ts";

type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** A connection without schema or tuning, for files that are not the state file. */
export function openPlain(file: string): Database {
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
  /** What SQLite's own quick check says; "ok" where the file is sound. */
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

/**
 * Opens the state file, or ":memory:", and brings it to the present schema. Only `durably` waits for the disk: in
 * WAL mode a write outlives a killed process without that (`synchronous = NORMAL`).
 *
 * @throws ConfigError when the file is damaged or comes from a newer version; it is left as it is.
 */
export function openDatabase(file: string): Database {
  const isNew = file === ":memory:" || !existsSync(file);
  try {
    const raw = new Libsql(file);
    const database = wrap(raw);
    const version = database.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
    if (version > migrations.length) {
      raw.close();
      throw new ConfigError(
        `${file} was written by a newer takopi (state version ${version}, this one knows ${migrations.length}): update takopi, or move the file away to begin anew.`,
      );
    }
    raw.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000",
    );
    migrate(database, raw, version);
    if (isNew && file !== ":memory:") chmodSync(file, 0o600);
    return database;
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(
      `${file} cannot be used as the state file (${reason}): restore it from a backup, or move it away to begin anew.`,
      { cause },
    );
  }
}

function migrate(database: Database, raw: Libsql.Database, from: number): void {
  for (let version = from; version < migrations.length; version++) {
    database.transaction(() => {
      raw.exec(migrations[version] ?? "");
      raw.exec(`PRAGMA user_version = ${version + 1}`);
    });
  }
}

function wrap(raw: Libsql.Database): Database {
  const statements = new Map<string, Libsql.Statement<Value[]>>();
  const prepare = (sql: string) => {
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
      if (raw.inTransaction) throw new Error("A transaction that must be on the disk was begun inside another.");
      raw.exec("PRAGMA synchronous = FULL");
      try {
        return transaction(work);
      } finally {
        raw.exec("PRAGMA synchronous = NORMAL");
      }
    },
    check: () => prepare("PRAGMA quick_check").raw().all().flat().join("; "),
    close: () => raw.close(),
  };
}
