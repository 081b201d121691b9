import type { Database } from "./database.ts";

/** A chat, or one of its topics if that is set. */
export interface PreferencePlace {
  readonly chatId: string;
  readonly topicId?: string | null | undefined;
}

/** Choices in a chat or topic by command or button, by name. */
export class Preferences {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  get({ chatId, topicId }: PreferencePlace, name: string): string | undefined {
    const sql = "SELECT value FROM preferences WHERE chatId = ? AND topicId = ? AND name = ?";
    return this.#database.get<{ value: string }>(sql, chatId, topicId ?? NO_TOPIC, name)?.value;
  }

  /** undefined takes the choice back. */
  set({ chatId, topicId }: PreferencePlace, name: string, value: string | undefined): void {
    const key = [chatId, topicId ?? NO_TOPIC, name] as const;
    if (value === undefined) {
      this.#database.run("DELETE FROM preferences WHERE chatId = ? AND topicId = ? AND name = ?", ...key);
    } else {
      const sql = "INSERT OR REPLACE INTO preferences (chatId, topicId, name, value) VALUES (?, ?, ?, ?)";
      this.#database.run(sql, ...key, value);
    }
  }

  /** The topics of a chat in which this was chosen. */
  topicsWith(chatId: string, name: string, value: string): string[] {
    const sql = "SELECT topicId FROM preferences WHERE chatId = ? AND name = ? AND value = ? AND topicId <> ?";
    return this.#database.all<{ topicId: string }>(sql, chatId, name, value, NO_TOPIC).map(({ topicId }) => topicId);
  }

  /** Forgets everything that was chosen in a topic that is gone. */
  forgetTopic(chatId: string, topicId: string): void {
    this.#database.run("DELETE FROM preferences WHERE chatId = ? AND topicId = ?", chatId, topicId);
  }
}

const NO_TOPIC = "";
