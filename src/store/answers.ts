import { beginningOf } from "../domain/cut.ts";
import type { Database, Row } from "./database.ts";
import type { StoredRun } from "./stored-run.ts";

/** In UTF-16 units. Messages, and the texts of triggers, hold less than one piece. */
const PIECE = 64 * 1024;

/**
 * The answers that are longer than one piece. The row of a run holds the first one only: whoever reads a run would copy
 * the whole answer otherwise.
 */
export class LongAnswers {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  /** Keeps what follows the first piece of an answer, in a transaction with the run's row. */
  keepRest(runId: string, answer: string): void {
    const sql = "INSERT INTO answerPieces (runId, place, text) VALUES (?, ?, ?)";
    for (let at = firstPiece(answer).length; at < answer.length; ) {
      const piece = firstPiece(answer.slice(at, at + PIECE + 1));
      this.#database.run(sql, runId, at, piece);
      at += piece.length;
    }
  }

  /** The pieces after the first, one at a time. */
  *rest(runId: string): Generator<string, void> {
    const sql = "SELECT place, text FROM answerPieces WHERE runId = ? AND place > ? ORDER BY place LIMIT 1";
    for (let place = 0; ; ) {
      const found = this.#database.get<{ place: number; text: string } & Row>(sql, runId, place);
      if (!found) return;
      yield found.text;
      place = found.place;
    }
  }

  /** The whole answer of a run. */
  whole({ id, answer }: Pick<StoredRun, "id" | "answer">): string | null {
    return answer === null ? null : [answer, ...this.rest(id)].join("");
  }
}

export const firstPiece = (answer: string): string => beginningOf(answer, PIECE);
