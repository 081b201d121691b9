import type { Database, Row } from "./database.ts";

/** An update as it came, kept until it has been handled. */
export interface StoredUpdate {
  readonly id: number;
  /** Both are set for messages alone: they make a message known that comes again under another update id. */
  readonly chatId: string | null;
  readonly messageId: string | null;
  /** JSON of the update. */
  readonly body: string;
}

/** The inbox: what Telegram has been told was received, and what became of it. */
export class Updates {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  /** Keeps an update. False when it, or its message, was here before. */
  receive(update: StoredUpdate, now: number): boolean {
    return (
      this.#database.run(
        "INSERT OR IGNORE INTO updates (id, chatId, messageId, body, state, receivedAt) VALUES (?, ?, ?, ?, 'received', ?)",
        update.id,
        update.chatId,
        update.messageId,
        update.body,
        now,
      ) === 1
    );
  }

  /** Received and not yet handled, oldest first. */
  waiting(): StoredUpdate[] {
    return this.#database.all<StoredUpdate & Row>(
      "SELECT id, chatId, messageId, body FROM updates WHERE state = 'received' ORDER BY id",
    );
  }

  /** The text is dropped, the id is kept, so that a redelivery is known. */
  handled(id: number): void {
    this.#database.run("UPDATE updates SET state = 'handled', body = NULL WHERE id = ?", id);
  }

  /** Counts a failed try; the third sets the update aside. True when it was set aside. */
  failed(id: number): boolean {
    this.#database.run(
      "UPDATE updates SET tries = tries + 1, state = CASE WHEN tries >= 2 THEN 'failed' ELSE state END WHERE id = ?",
      id,
    );
    return this.#database.get("SELECT 1 AS aside FROM updates WHERE id = ? AND state = 'failed'", id) !== undefined;
  }

  /** Keeps an update for people to look at; it is not handled any more. */
  setAside(id: number): void {
    this.#database.run("UPDATE updates SET state = 'failed' WHERE id = ?", id);
  }

  /** Forgets what was handled before `time` (ms since 1970); Telegram repeats nothing older than a day. */
  prune(time: number): void {
    this.#database.run("DELETE FROM updates WHERE state = 'handled' AND receivedAt < ?", time);
  }
}
