import type { Database, Row } from "./database.ts";
import type { StoredFiring } from "./firings.ts";

/** The stored state of a schedule. Times are ms since 1970. */
export interface StoredSchedule {
  readonly name: string;
  /** `draft`: made in the chat, and not saved yet. */
  readonly state: "draft" | "active" | "paused";
  /** A `Schedule` in JSON; null if the config has it. */
  readonly definition: string | null;
  /** The newest due time that was dealt with, or the time since which it counts. */
  readonly lastDueAt: number;
  readonly lastRunId: string | null;
}

type NewSchedule = Omit<StoredSchedule, "lastRunId"> & Partial<Pick<StoredSchedule, "lastRunId">>;

export class Schedules {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  all(): StoredSchedule[] {
    return this.#database.all<StoredSchedule & Row>("SELECT * FROM schedules ORDER BY name");
  }

  get(name: string): StoredSchedule | undefined {
    return this.#database.get<StoredSchedule & Row>("SELECT * FROM schedules WHERE name = ?", name);
  }

  /** Adds one; leaves one of that name as it is. */
  add({ name, state, definition, lastDueAt, lastRunId = null }: NewSchedule): void {
    const sql =
      "INSERT OR IGNORE INTO schedules (name, state, definition, lastDueAt, lastRunId) VALUES (?, ?, ?, ?, ?)";
    this.#database.run(sql, name, state, definition, lastDueAt, lastRunId);
  }

  /** Forgets drafts that nobody saved. */
  dropDrafts(before: number): void {
    this.#database.run("DELETE FROM schedules WHERE state = 'draft' AND lastDueAt < ?", before);
  }

  /** It counts from `now` on: what was due while it was paused is not made up. */
  setState(name: string, state: StoredSchedule["state"], now: number): boolean {
    return this.#database.run("UPDATE schedules SET state = ?, lastDueAt = ? WHERE name = ?", state, now, name) === 1;
  }

  remove(name: string): boolean {
    return this.#database.run("DELETE FROM schedules WHERE name = ?", name) === 1;
  }

  /**
   * Takes a due time: false if it was taken before. Call it in one transaction with the new run, so that a kill neither
   * repeats nor loses it.
   */
  fire({ source, dueAt, runId, reason }: Omit<StoredFiring, "type">): boolean {
    const moved = this.#database.run(
      "UPDATE schedules SET lastDueAt = ?, lastRunId = COALESCE(?, lastRunId) WHERE name = ? AND lastDueAt < ?",
      ...[dueAt, runId, source, dueAt],
    );
    if (moved !== 1) return false;
    const sql = "INSERT INTO firings (source, dueAt, runId, reason) VALUES (?, ?, ?, ?)";
    this.#database.run(sql, source, dueAt, runId, reason);
    return true;
  }
}
