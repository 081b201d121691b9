import type { Database, Row } from "./database.ts";

/** The state that the newest bridge stored of itself. */
export interface HealthLine {
  readonly pid: number;
  /** ms since 1970: when Telegram last answered a poll. */
  readonly polledAt: number;
  /** The problem of the newest poll; null if Telegram answered it. */
  readonly problem: string | null;
}

/** Whether updates reach the bridge, for whoever asks from outside of it. */
export class Health {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  polled(now: number): void {
    this.#database.run(
      "INSERT OR REPLACE INTO health (id, pid, polledAt, problem) VALUES (1, ?, ?, NULL)",
      process.pid,
      now,
    );
  }

  /** Keeps the time of the last answer. */
  failed(problem: string): void {
    this.#database.run("UPDATE health SET problem = ? WHERE id = 1", problem);
  }

  read(): HealthLine | undefined {
    return this.#database.get<HealthLine & Row>("SELECT pid, polledAt, problem FROM health");
  }
}
