import type { Database } from "./database.ts";
import type { Moves } from "./moves.ts";
import { type RunRow, type StoredRun, toRun } from "./stored-run.ts";

/** The tables with ids of messages, those of people and our own. */
const MESSAGE_TABLES = ["messages", "updates", "replies", "cardMessages"];

/** Knows which message leads to which run, and which messages of a chat are known. */
export class Messages {
  readonly #database: Database;
  readonly #moves: Moves;
  constructor(database: Database, moves: Moves) {
    this.#database = database;
    this.#moves = moves;
  }

  /** Makes a message, the person's or ours, lead to its run. */
  lead(chatId: string, messageId: string, runId: string): void {
    this.#database.run(
      "INSERT OR REPLACE INTO messages (chatId, messageId, runId) VALUES (?, ?, ?)",
      this.#moves.current(chatId),
      messageId,
      runId,
    );
  }

  /** Whether this message is one that somebody sent us, or one of ours whose id was stored. */
  isKnown(chatId: string, messageId: string): boolean {
    const isIn = (table: string) =>
      this.#database.get(`SELECT 1 FROM ${table} WHERE chatId = ? AND messageId = ?`, chatId, messageId) !== undefined;
    return MESSAGE_TABLES.some(isIn);
  }

  /** The newest message of a chat that is known; 0 if there is none. */
  newestKnown(chatId: string): number {
    const newest = (table: string) =>
      this.#database.get<{ id: number | null }>(`SELECT MAX(messageId) AS id FROM ${table} WHERE chatId = ?`, chatId)
        ?.id;
    return Math.max(...MESSAGE_TABLES.map((table) => newest(table) ?? 0));
  }

  /** The newest message of a run; 0 if it has none. */
  newestOf(runId: string): string {
    const sql = "SELECT MAX(messageId) AS id FROM messages WHERE runId = ?";
    return String(this.#database.get<{ id: number | null }>(sql, runId)?.id ?? 0);
  }

  /** The run that the message leads to. */
  runOf(chatId: string, messageId: string): StoredRun | undefined {
    return this.#database
      .all<RunRow>(
        "SELECT runs.* FROM messages JOIN runs ON runs.id = messages.runId WHERE messages.chatId = ? AND messages.messageId = ?",
        ...[chatId, messageId],
      )
      .map(toRun)[0];
  }

  /** How many messages of people a run was made of. */
  countOfPeople(id: string): number {
    const sql = `SELECT COUNT(*) AS count FROM messages JOIN runs ON runs.id = messages.runId
      WHERE runs.id = ? AND messages.messageId IS NOT runs.progressId`;
    return this.#database.get<{ count: number }>(sql, id)?.count ?? 0;
  }
}
