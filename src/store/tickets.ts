import type { Question } from "../domain/question.ts";
import type { Database } from "./database.ts";
import { readQuestions, type StoredQuestion } from "./questions.ts";
import type { StoredRun } from "./stored-run.ts";

/** Questions that runs asked by takopi's own tools. */
export class Tickets {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  /** Those that wait for an answer; `runId` narrows them to one run. */
  open(runId?: string): StoredQuestion[] {
    const sql = "SELECT * FROM questions WHERE ticket = 'asked' AND state = 'open' AND (? IS NULL OR runId = ?)";
    return readQuestions(this.#database, sql, runId ?? null, runId ?? null);
  }

  /** Those whose answers no run has yet; `runId` narrows them to one run. */
  late(runId?: string): StoredQuestion[] {
    const sql =
      "SELECT * FROM questions WHERE ticket = 'asked' AND state = 'answered' AND reply <> 'dismiss' AND (? IS NULL OR runId = ?) ORDER BY closedAt, key";
    return readQuestions(this.#database, sql, runId ?? null, runId ?? null);
  }

  /** That of the same question, if a run, or one before it in its session, has no answer to it yet. */
  same({ id, engine, session, resume }: StoredRun, question: Question): string | undefined {
    return this.#database.get<{ key: string }>(
      `SELECT key FROM questions JOIN runs ON runs.id = questions.runId
       WHERE ticket = 'asked' AND questions.state IN ('open', 'answered') AND question = ?
         AND (runs.id = ? OR (runs.engine = ? AND runs.session = ?)) LIMIT 1`,
      ...[JSON.stringify(question), id, engine, session ?? resume],
    )?.key;
  }

  /** A run has the answer, or learned that there is none. */
  give(key: string): void {
    this.#database.run("UPDATE questions SET ticket = 'given' WHERE key = ? AND ticket = 'asked'", key);
  }
}
