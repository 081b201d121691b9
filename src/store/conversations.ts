import type { PromptFile } from "../domain/files.ts";
import type { Database, Row } from "./database.ts";

/** A forwarded text, or files without a text, that wait for the message that says what to do with them. */
export interface HeldForward {
  readonly chatId: string;
  /** 0 outside topics. */
  readonly topicId: string;
  readonly userId: string;
  readonly messageId: string;
  readonly text: string;
  readonly files: readonly PromptFile[];
  readonly receivedAt: number;
}

type HeldRow = Omit<HeldForward, "files"> & { readonly files: string } & Row;

/** The state that a chat continues with: its newest run per engine, and forwards that wait for their prompt. */
export class Conversations {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  /** The newest run of a conversation with this engine; its session is the run's, as soon as that is known. */
  latest(key: string, engine: string): string | undefined {
    return this.#database.get<{ runId: string }>(
      "SELECT runId FROM conversations WHERE key = ? AND engine = ?",
      key,
      engine,
    )?.runId;
  }

  setLatest(key: string, engine: string, runId: string): void {
    this.#database.run(
      "INSERT OR REPLACE INTO conversations (key, engine, runId) VALUES (?, ?, ?)",
      key,
      engine,
      runId,
    );
  }

  /**
   * Says where runs outside of projects work from now on. No conversation continues by itself with a session that began
   * where they worked before.
   */
  moveHome(home: string): void {
    const before = this.#database.get<{ path: string }>("SELECT path FROM home")?.path;
    if (before === home) return;
    const sql = "DELETE FROM conversations WHERE runId IN (SELECT id FROM runs WHERE project IS NULL AND cwd = ?)";
    this.#database.transaction(() => {
      if (before !== undefined) this.#database.run(sql, before);
      this.#database.run("INSERT OR REPLACE INTO home (id, path) VALUES (1, ?)", home);
    });
  }

  /** Forgets the sessions of a conversation: true if there were any. */
  clear(key: string): boolean {
    return this.#database.run("DELETE FROM conversations WHERE key = ?", key) > 0;
  }

  /** No conversation continues with this session by itself any more. */
  leave(engine: string, session: string): void {
    const sql = `DELETE FROM conversations WHERE engine = ?
      AND runId IN (SELECT id FROM runs WHERE engine = ? AND COALESCE(session, resume) = ?)`;
    this.#database.run(sql, engine, engine, session);
  }

  hold(forward: HeldForward): void {
    this.#database.run(
      "INSERT OR REPLACE INTO forwards (chatId, topicId, userId, messageId, text, files, receivedAt) VALUES (?, ?, ?, ?, ?, ?, ?)",
      forward.chatId,
      forward.topicId,
      forward.userId,
      forward.messageId,
      forward.text,
      JSON.stringify(forward.files),
      forward.receivedAt,
    );
  }

  /** Forwards of a sender in a place, in the order of the messages. */
  heldForwards(chatId: string, topicId: string, userId: string): HeldForward[] {
    const sql = "SELECT * FROM forwards WHERE chatId = ? AND topicId = ? AND userId = ? ORDER BY messageId";
    return this.#database
      .all<HeldRow>(sql, chatId, topicId, userId)
      .map(({ files, ...held }) => ({ ...held, files: JSON.parse(files) as PromptFile[] }));
  }

  forgetForward(chatId: string, messageId: string): void {
    this.#database.run("DELETE FROM forwards WHERE chatId = ? AND messageId = ?", chatId, messageId);
  }
}
