import type { Database, Row } from "./database.ts";
import type { Moves } from "./moves.ts";

/** Something that a chat must be told, and how far that got. */
export interface Delivery {
  readonly id: number;
  /** The run whose outcome it is, or that a reply to it leads to; null if it belongs to none. */
  readonly runId: string | null;
  readonly chatId: string;
  readonly topicId: string | null;
  readonly replyTo: string | null;
  /** The text of a short reply, in Markdown; null for an outcome, which is rendered from its run. */
  readonly body: string | null;
  /** The buttons of a short reply, as JSON. */
  readonly keyboard: string | null;
  /** Data of a short reply for the chat edge, as JSON. */
  readonly attached: string | null;
  /** The file that it is, as JSON; null for words. */
  readonly file: string | null;
  /** 1 if it is to make no sound. */
  readonly isSilent: number;
  /** `sending`: the request for the next part may have reached Telegram. `parked`: Telegram refused for good. */
  readonly state: "waiting" | "sending" | "sent" | "parked";
  /** Parts that Telegram has. */
  readonly sentParts: number;
  readonly problem: string | null;
  readonly createdAt: number;
}

/** Missing and undefined values are stored as null. */
export type NewDelivery = Pick<Delivery, "chatId" | "createdAt"> & {
  readonly [key in "runId" | "topicId" | "replyTo" | "body" | "keyboard" | "attached" | "file"]?:
    | Delivery[key]
    | undefined;
} & { readonly isSilent?: boolean | undefined };

export class Deliveries {
  readonly #database: Database;
  readonly #moves: Moves;
  constructor(database: Database, moves: Moves) {
    this.#database = database;
    this.#moves = moves;
  }

  add(delivery: NewDelivery): void {
    const placed = this.#moves.place(delivery, "topicId", "replyTo");
    const { runId, chatId, topicId, replyTo, body, keyboard, attached, file, createdAt, isSilent } = placed;
    const values = [runId, chatId, topicId, replyTo, body, keyboard, attached, file, createdAt];
    this.#database.run(
      `INSERT INTO deliveries
         (runId, chatId, topicId, replyTo, body, keyboard, attached, file, createdAt, isSilent, state)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting')`,
      ...values.map((value) => value ?? null),
      isSilent ? 1 : 0,
    );
  }

  /** Not yet delivered and newer than `afterId`, oldest first. */
  open(afterId = 0): Delivery[] {
    return this.#database.all<Delivery & Row>(
      "SELECT * FROM deliveries WHERE state IN ('waiting', 'sending') AND id > ? ORDER BY id",
      afterId,
    );
  }

  sentParts(id: number): number {
    return (
      this.#database.get<{ sentParts: number }>("SELECT sentParts FROM deliveries WHERE id = ?", id)?.sentParts ?? 0
    );
  }

  /** To be called before the request for a part leaves. */
  sending(id: number): void {
    this.#database.run("UPDATE deliveries SET state = 'sending' WHERE id = ?", id);
  }

  /** Telegram has `parts` parts of it; more are to come. */
  progressed(id: number, parts: number): void {
    this.#database.run("UPDATE deliveries SET state = 'waiting', sentParts = ? WHERE id = ?", parts, id);
  }

  sent(id: number): void {
    this.#database.run("UPDATE deliveries SET state = 'sent', problem = NULL WHERE id = ?", id);
  }

  /** Our messages that belong to no run; the newest thousand are enough. */
  keepReply(chatId: string, messageId: string): void {
    this.#database.run("INSERT INTO replies (chatId, messageId) VALUES (?, ?)", this.#moves.current(chatId), messageId);
    this.#database.run("DELETE FROM replies WHERE rowid <= (SELECT MAX(rowid) FROM replies) - 1000");
  }

  /** Telegram will never take it: kept, and shown by `takopi runs`. */
  park(id: number, problem: string): void {
    this.#database.run("UPDATE deliveries SET state = 'parked', problem = ? WHERE id = ?", problem, id);
  }

  parked(): Delivery[] {
    return this.#database.all<Delivery & Row>("SELECT * FROM deliveries WHERE state = 'parked' ORDER BY id");
  }
}
