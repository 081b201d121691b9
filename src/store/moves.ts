import type { Database, Row } from "./database.ts";

/**
 * Chats that got another id, as a group does that becomes a supergroup. Messages do not move along: their ids mean
 * nothing in the new chat.
 */
export class Moves {
  readonly #database: Database;
  readonly #current = new Map<string, string>();

  constructor(database: Database) {
    this.#database = database;
    const sql = "SELECT chatId, newChatId FROM movedChats";
    for (const { chatId, newChatId } of database.all<{ chatId: string; newChatId: string } & Row>(sql)) {
      this.#current.set(chatId, newChatId);
    }
  }

  /** The id that a chat has now. */
  current(chatId: string): string {
    return this.#current.get(chatId) ?? chatId;
  }

  /** The place with its chat's present id, and without the ids of its messages and topic if that is another one. */
  place<P extends { readonly chatId: string }, K extends keyof P>(place: P, ...ids: readonly K[]): P {
    const chatId = this.current(place.chatId);
    return chatId === place.chatId ? place : { ...place, ...Object.fromEntries(ids.map((id) => [id, null])), chatId };
  }

  /** Everything that is stored of a chat becomes the new chat's. False if that was known. */
  add(from: string, to: string): boolean {
    const { run, get } = this.#database;
    const known = get<{ newChatId: string } & Row>("SELECT newChatId FROM movedChats WHERE chatId = ?", from);
    if (known?.newChatId === to) return false;
    this.#database.transaction(() => {
      run("UPDATE movedChats SET newChatId = ? WHERE newChatId = ?", to, from);
      run("INSERT OR REPLACE INTO movedChats (chatId, newChatId) VALUES (?, ?)", from, to);
      run(
        "UPDATE runs SET chatId = ?, topicId = NULL, messageId = NULL, progressId = NULL, progressAsked = 0 WHERE chatId = ?",
        ...[to, from],
      );
      run("UPDATE deliveries SET chatId = ?, topicId = NULL, replyTo = NULL WHERE chatId = ?", to, from);
      run("UPDATE questions SET chatId = ?, topicId = NULL, cardId = NULL WHERE chatId = ?", to, from);
      run("UPDATE buttons SET chatId = ? WHERE chatId = ?", to, from);
      run("UPDATE forwards SET chatId = ?, topicId = 0 WHERE chatId = ?", to, from);
      run(
        `UPDATE schedules SET definition = json_remove(json_set(definition, '$.chatId', ?), '$.topicId')
         WHERE json_extract(definition, '$.chatId') = ?`,
        ...[to, from],
      );
      run("UPDATE OR REPLACE preferences SET chatId = ? WHERE chatId = ?", to, from);
      // A conversation's key begins with its chat: see `conversationKey`.
      run(
        "UPDATE conversations SET key = ? || substr(key, ?) WHERE key = ? OR substr(key, 1, ?) = ?",
        ...[to, from.length + 1, from, from.length + 1, `${from}:`],
      );
    });
    for (const [chatId, newChatId] of this.#current) if (newChatId === from) this.#current.set(chatId, to);
    this.#current.set(from, to);
    return true;
  }
}
