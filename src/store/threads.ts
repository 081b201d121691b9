import type { Database } from "./database.ts";
import { type RunRow, type StoredRun, toRun } from "./stored-run.ts";

/** What is known of sessions beside their runs. */
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

  /** The newest run of each session whose id begins so; five at most. */
  beginningWith(start: string): StoredRun[] {
    const sql = "SELECT *, MAX(createdAt) FROM runs WHERE substr(session, 1, ?) = ? GROUP BY engine, session LIMIT 5";
    return this.#database.all<RunRow>(sql, start.length, start).map(toRun);
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
