import type { Database } from "./database.ts";

/** The past that is kept, and the notices that were given. */
export class History {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  /** True at the first call with this text: for what people must be told once. */
  tellsFirst(text: string, now: number): boolean {
    return this.#database.run("INSERT OR IGNORE INTO told (text, at) VALUES (?, ?)", text, now) === 1;
  }

  /**
   * Removes the texts of what ended before `time` (ms since 1970): prompts, names of files, answers, errors, what was asked and replied.
   * Outcome, session, usage, cost and who decided stay, and replies still lead to their session.
   *
   * @returns how many runs lost their texts.
   */
  prune(time: number): number {
    const database = this.#database;
    return database.transaction(() => {
      const runs = database.run(
        `UPDATE runs SET prompt = '', answer = NULL, error = NULL, files = '[]'
         WHERE state = 'ended' AND endedAt < ? AND (prompt <> '' OR answer IS NOT NULL OR error IS NOT NULL)
           AND id NOT IN (SELECT runId FROM deliveries WHERE state IN ('waiting', 'sending') AND runId IS NOT NULL)`,
        time,
      );
      database.run("DELETE FROM answerPieces WHERE runId IN (SELECT id FROM runs WHERE answer IS NULL)");
      database.run(
        `UPDATE questions SET title = '', reason = NULL, answer = NULL, problem = NULL,
           question = json_object('id', questionId, 'kind', kind, 'title', '')
         WHERE state <> 'open' AND askedAt < ? AND title <> ''`,
        time,
      );
      // The newest row stays, so that its id is not given again: ids say what is newer.
      database.run(
        `DELETE FROM deliveries WHERE state IN ('sent', 'parked') AND createdAt < ?
           AND id < (SELECT MAX(id) FROM deliveries)`,
        time,
      );
      database.run("UPDATE updates SET body = NULL WHERE state = 'failed' AND receivedAt < ?", time);
      database.run("DELETE FROM forwards WHERE receivedAt < ?", time);
      return runs;
    });
  }

  /** Gives the disk what was removed; others wait meanwhile. */
  shrink(): void {
    this.#database.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  }
}
