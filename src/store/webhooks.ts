import type { Database, Row } from "./database.ts";

/** A call from outside that waits to be dealt with. */
export interface StoredWebhook {
  readonly trigger: string;
  /** The same for the same call, however often it comes. */
  readonly delivery: string;
  readonly payload: string;
  readonly receivedAt: number;
}

export class StoredWebhooks {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  /** False if it was here before. */
  receive({ trigger, delivery, payload, receivedAt }: StoredWebhook): boolean {
    const sql = "INSERT OR IGNORE INTO webhooks (trigger, delivery, payload, receivedAt) VALUES (?, ?, ?, ?)";
    return this.#database.run(sql, trigger, delivery, payload, receivedAt) === 1;
  }

  /** Oldest first. */
  waiting(): StoredWebhook[] {
    const sql = "SELECT * FROM webhooks WHERE payload IS NOT NULL ORDER BY receivedAt";
    return this.#database.all<StoredWebhook & Row>(sql);
  }

  /** The payload is dropped; the delivery is kept, so that it is known when it comes again. */
  handled({ trigger, delivery }: Pick<StoredWebhook, "trigger" | "delivery">): void {
    this.#database.run("UPDATE webhooks SET payload = NULL WHERE trigger = ? AND delivery = ?", trigger, delivery);
  }

  /** Forgets what was dealt with and came before `time`, ms since 1970. */
  prune(time: number): void {
    this.#database.run("DELETE FROM webhooks WHERE payload IS NULL AND receivedAt < ?", time);
  }
}
