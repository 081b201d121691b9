import { createHash } from "node:crypto";
import type { Database, Row } from "./database.ts";

/** A button that calls an operation; it works only in this chat. */
export interface StoredButton {
  readonly chatId: string;
  readonly operation: string;
  /** JSON of what the operation is called with. */
  readonly input: string;
}

/** Older buttons no longer work once there are this many newer ones. */
const KEPT = 20_000;

/** The operations of buttons: a message carries only keys. */
export class StoredButtons {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  /** Gives the key: 32 of 0-9 and a-f, the same for the same button. */
  keep({ chatId, operation, input }: StoredButton): string {
    const key = createHash("sha256")
      .update(JSON.stringify([chatId, operation, input]))
      .digest("hex")
      .slice(0, 32);
    const sql = "INSERT OR REPLACE INTO buttons (key, chatId, operation, input) VALUES (?, ?, ?, ?)";
    this.#database.run(sql, key, chatId, operation, input);
    this.#database.run("DELETE FROM buttons WHERE rowid <= (SELECT MAX(rowid) FROM buttons) - ?", KEPT);
    return key;
  }

  get(key: string): StoredButton | undefined {
    return this.#database.get<StoredButton & Row>("SELECT chatId, operation, input FROM buttons WHERE key = ?", key);
  }
}
