import type { Database, Row } from "./database.ts";
import { type RunRow, type StoredRun, toRun } from "./stored-run.ts";

/** A run, and what it was found by. */
export interface Named {
  readonly name: string;
  readonly run: StoredRun;
}

/** A text for the next prompt of a session. */
export interface Briefs {
  readonly engine: string;
  readonly session: string;
  /** The oldest first. */
  readonly texts: readonly string[];
  /** The number of the newest of them. */
  readonly upTo: number;
}

export interface Totals {
  readonly turns: number;
  /** Tokens of all kinds, cached ones included. */
  readonly tokens: number;
  /** 0 if the engine names no costs. */
  readonly costUsd: number;
  /** ms since 1970. */
  readonly since: number;
}

/** Facts about sessions beside their runs. */
export class StoredThreads {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  /** The model that was chosen for a session. */
  model(engine: string, session: string): string | undefined {
    const sql = "SELECT model FROM threadModels WHERE engine = ? AND session = ?";
    return this.#database.get<{ model: string }>(sql, engine, session)?.model;
  }

  /** undefined takes the choice back. */
  setModel(engine: string, session: string, model: string | undefined): void {
    this.#database.run("DELETE FROM threadModels WHERE engine = ? AND session = ?", engine, session);
    if (model === undefined) return;
    this.#database.run("INSERT INTO threadModels (engine, session, model) VALUES (?, ?, ?)", engine, session, model);
  }

  /** Leaves a session out of lists until it has another run. */
  archive(engine: string, session: string): void {
    this.#database.run("INSERT OR REPLACE INTO archivedThreads (engine, session) VALUES (?, ?)", engine, session);
  }

  bringBack(engine: string, session: string): void {
    this.#database.run("DELETE FROM archivedThreads WHERE engine = ? AND session = ?", engine, session);
  }

  /** Makes a run that was just added no task, but the stand-in of a session that was made of another run's. */
  setBranch(id: string, { session, branchOf }: { readonly session: string; readonly branchOf: string }): void {
    this.#database.run(
      "UPDATE runs SET state = 'ended', outcome = 'done', endedAt = createdAt, session = ?, branchOf = ? WHERE id = ?",
      ...[session, branchOf, id],
    );
  }

  /** A person's name for a session. */
  name(engine: string, session: string): string | undefined {
    const sql = "SELECT name FROM threadNames WHERE engine = ? AND session = ?";
    return this.#database.get<{ name: string }>(sql, engine, session)?.name;
  }

  setName(engine: string, session: string, name: string): void {
    this.#database.run("INSERT OR REPLACE INTO threadNames VALUES (?, ?, ?)", engine, session, name);
  }

  /** Keeps a text for the next turn of a session. */
  addBrief(engine: string, session: string, text: string): void {
    this.#database.run("INSERT INTO briefs (engine, session, text) VALUES (?, ?, ?)", engine, session, text);
  }

  /** The texts that are kept. */
  briefs(engine: string, session: string): Briefs {
    const sql = "SELECT id, text FROM briefs WHERE engine = ? AND session = ? ORDER BY id";
    const rows = this.#database.all<{ id: number; text: string }>(sql, engine, session);
    return { engine, session, texts: rows.map(({ text }) => text), upTo: rows.at(-1)?.id ?? 0 };
  }

  /** The session has them now. */
  forgetBriefs({ engine, session, upTo }: Briefs): void {
    this.#database.run("DELETE FROM briefs WHERE engine = ? AND session = ? AND id <= ?", engine, session, upTo);
  }

  /** The newest run of the only session of exactly this name or id. */
  named(ref: string): StoredRun | undefined {
    const exact = this.#candidates(ref).filter(({ name, run }) => [name, run.session].includes(ref));
    return exact.length === 1 ? exact[0]?.run : undefined;
  }

  /**
   * The newest run of each session whose name or id begins so, and each run whose id does; `name` is what it was found
   * by. A few at most, since they are read to people.
   */
  beginningWith(start: string): Named[] {
    const sql = "SELECT * FROM runs WHERE substr(id, 1, ?) = ? AND branchOf IS NULL LIMIT 5";
    const runs = this.#database.all<RunRow>(sql, start.length, start).map(toRun);
    return [...this.#candidates(start), ...runs.map((run) => ({ name: run.id, run }))];
  }

  /** Names are compared without regard to case. */
  #candidates(start: string): Named[] {
    const sql = `SELECT runs.*, MAX(runs.createdAt), CASE WHEN substr(session, 1, ?1) = ?2 THEN session ELSE name END AS foundBy
      FROM runs LEFT JOIN threadNames USING (engine, session)
      WHERE substr(session, 1, ?1) = ?2 OR lower(substr(name, 1, ?1)) = lower(?2) GROUP BY engine, session LIMIT 5`;
    return this.#database
      .all<RunRow & { readonly foundBy: string }>(sql, start.length, start)
      .map(({ foundBy, ...row }) => ({ name: foundBy, run: toRun(row as RunRow) }));
  }

  /** Whether it began elsewhere, so that its runs here are not all of it. */
  isForeign(engine: string, session: string): boolean {
    const sql = "SELECT resume, branchOf FROM runs WHERE engine = ? AND session = ? ORDER BY createdAt, rowid LIMIT 1";
    const first = this.#database.get<{ resume: string | null; branchOf: string | null }>(sql, engine, session);
    return first !== undefined && (first.resume !== null || first.branchOf !== null);
  }

  /** The sum over the runs of a session. */
  totals(engine: string, session: string): Totals {
    const sql = `SELECT COUNT(*) AS turns, SUM(COALESCE(costUsd, 0)) AS costUsd, MIN(createdAt) AS since,
      SUM(COALESCE(inputTokens, 0) + COALESCE(cacheReadTokens, 0) + COALESCE(cacheWriteTokens, 0)
        + COALESCE(outputTokens, 0)) AS tokens FROM runs WHERE engine = ? AND session = ? AND branchOf IS NULL`;
    const none = { turns: 0, tokens: 0, costUsd: 0, since: 0 };
    return this.#database.get<Totals & Row>(sql, engine, session) ?? none;
  }

  /** The newest run of each session of a chat that runs, or was last at work since then; the newest first. */
  since(chatId: string, time: number): StoredRun[] {
    const rows = this.#database.all<RunRow>(
      `SELECT * FROM runs WHERE chatId = ? AND (state = 'running' OR endedAt >= ?)
       AND NOT EXISTS (SELECT 1 FROM archivedThreads a WHERE a.engine = runs.engine AND a.session = runs.session)
       ORDER BY createdAt DESC, rowid DESC LIMIT 200`,
      ...[chatId, time],
    );
    const runs = rows.map(toRun);
    const threadOf = ({ engine, session, id }: StoredRun) => `${engine}:${session ?? id}`;
    return runs.filter((run, index) => runs.findIndex((other) => threadOf(other) === threadOf(run)) === index);
  }
}
