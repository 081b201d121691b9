import type { Database } from "./database.ts";

/** The model that a session is to be run with, where somebody chose one for it. */
export class ThreadModels {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  get(engine: string, session: string): string | undefined {
    const sql = "SELECT model FROM threadModels WHERE engine = ? AND session = ?";
    return this.#database.get<{ model: string }>(sql, engine, session)?.model;
  }

  set(engine: string, session: string, model: string): void {
    const sql = "INSERT OR REPLACE INTO threadModels (engine, session, model) VALUES (?, ?, ?)";
    this.#database.run(sql, engine, session, model);
  }

  /** True where there was one. */
  clear(engine: string, session: string): boolean {
    return this.#database.run("DELETE FROM threadModels WHERE engine = ? AND session = ?", engine, session) > 0;
  }
}
