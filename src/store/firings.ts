import type { Database, Row } from "./database.ts";

/** One act of a schedule or trigger: `runId` is null if it began nothing, and then the reason says why. */
export interface StoredFiring {
  readonly type: "schedule" | "trigger";
  readonly source: string;
  /** When it was due, or what it waits for happened; ms since 1970. */
  readonly dueAt: number;
  readonly runId: string | null;
  readonly reason: string | null;
}

interface TriggerFiring extends Omit<StoredFiring, "type"> {
  /** The event: each counts once. */
  readonly event: string;
  /** Stands for the text. */
  readonly digest: string;
}

const COLUMNS = "type, source, dueAt, runId, reason";

/** The record of what schedules and triggers did and did not do. */
export class Firings {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  /** Newest first. */
  recent(limit: number): StoredFiring[] {
    return this.#database.all<StoredFiring & Row>(`SELECT ${COLUMNS} FROM firings ORDER BY id DESC LIMIT ?`, limit);
  }

  /** To be called in one transaction with the run that a trigger begins. */
  fire({ source, event, dueAt, runId, reason, digest }: TriggerFiring): void {
    this.#database.run(
      `INSERT INTO firings (type, source, event, dueAt, runId, reason, digest) VALUES ('trigger', ?, ?, ?, ?, ?, ?)`,
      ...[source, event, dueAt, runId, reason, digest],
    );
  }

  /** Whether a trigger dealt with what happened, by acting or not. */
  knows(source: string, event: string): boolean {
    const sql = "SELECT 1 FROM firings WHERE type = 'trigger' AND source = ? AND event = ?";
    return this.#database.get(sql, source, event) !== undefined;
  }

  /** How often a trigger has acted since then; with this text, if one is given. */
  countSince(source: string, time: number, digest?: string): number {
    const sql = `SELECT COUNT(*) AS count FROM firings WHERE type = 'trigger' AND source = ? AND dueAt > ?
      AND reason IS NULL AND (? IS NULL OR digest = ?)`;
    const found = this.#database.get<{ count: number }>(sql, source, time, digest ?? null, digest ?? null);
    return found?.count ?? 0;
  }
}
