import type { Approval, Question, Reply } from "../domain/question.ts";
import type { Database, Row } from "./database.ts";
import type { Moves } from "./moves.ts";
import type { StoredRun } from "./stored-run.ts";

/** `withdrawn`: the engine does not ask it any more, or its run ended. */
export type QuestionState = "open" | "answered" | "expired" | "withdrawn";

/** A question of a run and what became of it: the audit. Times are ms since 1970; absent values are null. */
export interface StoredQuestion {
  /** Ours, opaque and short: what buttons carry. */
  readonly key: string;
  readonly runId: string;
  /** The engine's own id. */
  readonly questionId: string;
  readonly kind: Question["kind"];
  readonly title: string;
  readonly question: Question;
  readonly chatId: string;
  readonly topicId: string | null;
  readonly state: QuestionState;
  readonly reply: Reply["type"] | null;
  readonly scope: "once" | "session" | null;
  /** Why it was denied. */
  readonly reason: string | null;
  /** The choice or text for people; null if it is secret. */
  readonly answer: string | null;
  /** `time`: nobody answered in time. */
  readonly decidedBy: "user" | "policy" | "time" | null;
  readonly userId: string | null;
  readonly userName: string | null;
  /** Why the engine did not get the last reply. */
  readonly problem: string | null;
  /** The message with the buttons. */
  readonly cardId: string | null;
  /** The state that the card shows. */
  readonly cardState: QuestionState | null;
  /** Whether the run has the answer, if it asked with takopi's own tools; null if it did not. */
  readonly ticket: "asked" | "given" | null;
  readonly askedAt: number;
  readonly closedAt: number | null;
}

export type NewQuestion = Pick<StoredQuestion, "key" | "runId" | "question" | "chatId" | "topicId" | "askedAt"> &
  Partial<Pick<StoredQuestion, "ticket">>;

/** Who decided. */
export interface Decider {
  readonly by: NonNullable<StoredQuestion["decidedBy"]>;
  /** The user who answered. */
  readonly user?: { readonly id: string; readonly name: string };
}

export class Questions {
  readonly #database: Database;
  readonly #moves: Moves;
  constructor(database: Database, moves: Moves) {
    this.#database = database;
    this.#moves = moves;
  }

  add(asked: NewQuestion): void {
    const { key, runId, question, chatId, topicId, askedAt, ticket } = this.#moves.place(asked, "topicId");
    this.#database.run(
      `INSERT INTO questions (key, runId, questionId, kind, title, question, chatId, topicId, state, askedAt, ticket)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?)`,
      ...[key, runId, question.id, question.kind, question.title, JSON.stringify(question), chatId, topicId, askedAt],
      ticket ?? null,
    );
  }

  get(key: string): StoredQuestion | undefined {
    return this.#read("SELECT * FROM questions WHERE key = ?", key)[0];
  }

  /** The keys of a chat's questions that wait for an answer. */
  openIn(chatId: string): string[] {
    const sql = "SELECT key FROM questions WHERE state = 'open' AND chatId = ?";
    return this.#database.all<{ key: string }>(sql, chatId).map(({ key }) => key);
  }

  /** The question whose card, or a message that belongs to it, this is. */
  byMessage(chatId: string, messageId: string): StoredQuestion | undefined {
    return this.#read(
      "SELECT questions.* FROM cardMessages JOIN questions USING (key) WHERE cardMessages.chatId = ? AND messageId = ?",
      ...[chatId, messageId],
    )[0];
  }

  /** Those that wait for an answer, the oldest first. */
  open(): StoredQuestion[] {
    return this.#read("SELECT * FROM questions WHERE state = 'open' ORDER BY askedAt, key");
  }

  /** The newest first; `chatId` narrows it to one chat. */
  recent(limit: number, chatId?: string): StoredQuestion[] {
    return this.#read(
      "SELECT * FROM questions WHERE ? IS NULL OR chatId = ? ORDER BY askedAt DESC, key LIMIT ?",
      ...[chatId ?? null, chatId ?? null, limit],
    );
  }

  /** Whether a person has allowed this same command, in this directory of the project, for a session. */
  wasAllowed({ command, cwd }: Pick<Approval, "command" | "cwd">, project: string | null): boolean {
    const found = this.#database.all(
      `SELECT 1 FROM questions JOIN runs ON runs.id = questions.runId
       WHERE kind = 'command' AND reply = 'allow' AND scope = 'session' AND decidedBy = 'user' AND project IS ?
         AND json_extract(question, '$.command') = ? AND json_extract(question, '$.cwd') = ? LIMIT 1`,
      ...[project, command ?? null, cwd ?? null],
    );
    return found.length > 0;
  }

  /** How many questions of a run were answered with no, by whomever. */
  countDenied(runId: string): number {
    const sql = "SELECT COUNT(*) AS count FROM questions WHERE runId = ? AND reply = 'deny'";
    return this.#database.get<{ count: number }>(sql, runId)?.count ?? 0;
  }

  /** Stores the reply that the engine has. Secret answers are not kept. */
  settle(key: string, reply: Reply, { by, user }: Decider, at: number): void {
    const question = this.get(key)?.question;
    this.#database.run(
      `UPDATE questions SET state = ?, reply = ?, scope = ?, reason = ?, answer = ?, decidedBy = ?, userId = ?,
         userName = ?, problem = NULL, closedAt = ? WHERE key = ? AND state = 'open'`,
      by === "time" ? "expired" : "answered",
      reply.type,
      reply.type === "allow" ? reply.scope : null,
      reply.type === "deny" ? (reply.reason ?? null) : null,
      question ? answerOf(question, reply) : null,
      ...[by, user?.id ?? null, user?.name ?? null, at, key],
    );
  }

  /** It waits no longer, and nobody answered it. */
  withdraw(key: string, at: number): void {
    this.#database.run(
      "UPDATE questions SET state = 'withdrawn', closedAt = ? WHERE key = ? AND state = 'open'",
      ...[at, key],
    );
  }

  /** The bridge ends or was ended: its run is cut off, and nobody has answered it. */
  expire(key: string, at: number): void {
    this.#database.run(
      "UPDATE questions SET state = 'expired', closedAt = ? WHERE key = ? AND state = 'open'",
      at,
      key,
    );
  }

  /** Stores a person's choice about a question whose run was cut off; false if that is settled. */
  settleCutOff(key: string, what: "resume" | "leave", { user }: Pick<Decider, "user">, at: number): boolean {
    const sql = `UPDATE questions SET reply = ?, decidedBy = 'user', userId = ?, userName = ?, closedAt = ?
      WHERE key = ? AND state = 'expired' AND decidedBy IS NULL`;
    const reply = what === "leave" ? "dismiss" : null;
    return this.#database.run(sql, reply, user?.id ?? null, user?.name ?? null, at, key) === 1;
  }

  /** The card of the same command in the same directory, asked in the run that this one resumes. */
  cardBefore({ question, chatId }: StoredQuestion, { origin }: Pick<StoredRun, "origin">): string | undefined {
    if (question.kind !== "command" || origin.type !== "continuation") return undefined;
    return this.#database.get<{ cardId: string }>(
      `SELECT cardId FROM questions WHERE runId = ? AND chatId = ? AND kind = 'command' AND state = 'expired'
         AND cardId IS NOT NULL AND reply IS NULL AND json_extract(question, '$.command') = ?
         AND json_extract(question, '$.cwd') IS ? ORDER BY askedAt DESC LIMIT 1`,
      ...[origin.of, chatId, question.command ?? null, question.cwd ?? null],
    )?.cardId;
  }

  /** Gives a question the card of another, with all messages that belong to that one. */
  takeCard(key: string, chatId: string, cardId: string): void {
    const database = this.#database;
    database.run(
      "UPDATE cardMessages SET key = ? WHERE key IN (SELECT key FROM questions WHERE cardId = ? AND chatId = ?)",
      key,
      cardId,
      chatId,
    );
    database.run("UPDATE questions SET cardId = NULL WHERE cardId = ? AND chatId = ?", cardId, chatId);
    database.run("UPDATE questions SET cardId = ?, cardState = 'open' WHERE key = ?", cardId, key);
  }

  setProblem(key: string, problem: string): void {
    this.#database.run("UPDATE questions SET problem = ? WHERE key = ?", problem, key);
  }

  /** The questions of runs that live on and ask again. Tickets wait on. */
  withdrawOf(runIds: readonly string[], at: number): void {
    const sql = `UPDATE questions SET state = 'withdrawn', closedAt = ?
      WHERE state = 'open' AND ticket IS NULL AND runId IN (SELECT value FROM json_each(?))`;
    this.#database.run(sql, at, JSON.stringify(runIds));
  }

  /** The questions of a bridge that ended: their runs were cut off. Tickets wait on. */
  expireOpen(at: number): void {
    const sql = "UPDATE questions SET state = 'expired', closedAt = ? WHERE state = 'open' AND ticket IS NULL";
    this.#database.run(sql, at);
  }

  /** Keys of those whose card shows another state than they have. */
  outdated(): string[] {
    return this.#database
      .all<{ key: string }>(
        "SELECT key FROM questions WHERE cardId IS NOT NULL AND cardState <> state ORDER BY askedAt",
      )
      .map(({ key }) => key);
  }

  setCard(key: string, cardId: string): void {
    this.#database.run("UPDATE questions SET cardId = ? WHERE key = ?", cardId, key);
  }

  setCardState(key: string, state: QuestionState): void {
    this.#database.run("UPDATE questions SET cardState = ? WHERE key = ?", state, key);
  }

  /** Makes a message of ours lead to its question. */
  addMessage(key: string, chatId: string, messageId: string): void {
    this.#database.run(
      "INSERT OR REPLACE INTO cardMessages (chatId, messageId, key) VALUES (?, ?, ?)",
      ...[this.#moves.current(chatId), messageId, key],
    );
  }

  #read(sql: string, ...values: SqlValue[]): StoredQuestion[] {
    return readQuestions(this.#database, sql, ...values);
  }
}

type SqlValue = string | number | null;

export const readQuestions = (database: Database, sql: string, ...values: SqlValue[]): StoredQuestion[] =>
  database.all<Stored>(sql, ...values).map((row) => ({ ...row, question: JSON.parse(row.question) as Question }));

type Stored = Omit<StoredQuestion, "question"> & { readonly question: string } & Row;

function answerOf(question: Question, reply: Reply): string | null {
  if (reply.type === "text") return question.kind === "text" && question.isSecret ? null : reply.text;
  if (reply.type !== "choose" || question.kind !== "choice") return null;
  const labelOf = (value: string) => question.options.find((option) => option.value === value)?.label ?? value;
  return reply.values.map(labelOf).join(", ");
}
