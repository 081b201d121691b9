import type { Usage } from "../domain/events.ts";
import type { PromptFile } from "../domain/files.ts";
import type { Origin } from "../domain/origin.ts";
import type { ProcessMark } from "../domain/run.ts";
import type { Database, Row } from "./database.ts";

export type OutcomeKind = "done" | "error" | "cancelled" | "interrupted";

/** A prompt and what became of it. Times are ms since 1970; absent values are null. */
export interface StoredRun {
  readonly id: string;
  readonly state: "queued" | "running" | "ended";
  readonly origin: Origin;
  /** With the topic: the conversation, where the run is shown and answered. */
  readonly chatId: string;
  readonly topicId: string | null;
  /** The person's message, which progress and answer reply to; null if no message asked for the run. */
  readonly messageId: string | null;
  readonly userId: string | null;
  readonly engine: string;
  readonly project: string | null;
  readonly branch: string | null;
  readonly prompt: string;
  /** What came with the prompt. */
  readonly files: readonly PromptFile[];
  /** The session that was asked for. */
  readonly resume: string | null;
  /** The run whose session to continue, if its id was not known yet when this one was asked for. */
  readonly follows: string | null;
  /** The session that the engine reported. */
  readonly session: string | null;
  readonly cwd: string | null;
  readonly process: ProcessMark | undefined;
  /** Set if this is no task, but a session that was made of this run's. */
  readonly branchOf: string | null;
  readonly progressId: string | null;
  /** 1 if there may be a progress message, whether or not its id is known. */
  readonly progressAsked: number;
  readonly outcome: OutcomeKind | null;
  readonly answer: string | null;
  readonly error: string | null;
  readonly steps: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
  readonly costUsd: number | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

/** The session that the engine reported, or else the one that was asked for; null while there is neither. */
export const knownSession = ({ session, resume }: Pick<StoredRun, "session" | "resume">): string | null =>
  session ?? resume;

/** The runs of one engine in one project (null outside projects) together. */
export interface UsageRow {
  readonly engine: string;
  readonly project: string | null;
  readonly runs: number;
  /** Of all kinds, cached ones included. */
  readonly tokens: number;
  readonly costUsd: number;
}

/** What is known of a run when it is asked for. */
export type NewRun = Pick<
  StoredRun,
  | "id"
  | "chatId"
  | "topicId"
  | "messageId"
  | "userId"
  | "engine"
  | "project"
  | "branch"
  | "prompt"
  | "resume"
  | "follows"
  | "createdAt"
> & { readonly origin?: Origin; readonly files?: readonly PromptFile[] };

/** A row of the table. */
export type RunRow = Omit<StoredRun, "origin" | "process" | "files"> & {
  readonly origin: string;
  readonly files: string;
  readonly pid: number | null;
  readonly processStart: string | null;
  readonly markId: string | null;
} & Row;

export interface RunOutcome {
  readonly kind: OutcomeKind;
  readonly answer: string;
  readonly error: string | undefined;
  readonly steps: number;
  readonly usage: Usage | undefined;
}

/** Where ids of messages are kept, theirs and ours. */
const MESSAGE_TABLES = ["messages", "updates", "replies", "cardMessages"];

export class Runs {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  add(run: NewRun): void {
    this.#database.run(
      `INSERT INTO runs (id, state, origin, chatId, topicId, messageId, userId, engine, project, branch, prompt, files,
         resume, follows, createdAt) VALUES (?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      run.id,
      JSON.stringify(run.origin ?? { type: "message" }),
      run.chatId,
      run.topicId,
      run.messageId,
      run.userId,
      run.engine,
      run.project,
      run.branch,
      run.prompt,
      JSON.stringify(run.files ?? []),
      run.resume,
      run.follows,
      run.createdAt,
    );
    if (run.messageId !== null) this.addMessage(run.chatId, run.messageId, run.id);
  }

  get(id: string): StoredRun | undefined {
    return this.#read("SELECT * FROM runs WHERE id = ?", id)[0];
  }

  /** Waiting or cut off, oldest first: what a start has to take up again. */
  open(): StoredRun[] {
    return this.#read("SELECT * FROM runs WHERE state <> 'ended' ORDER BY createdAt, rowid");
  }

  /** The newest first; `chatId` narrows it to one chat. */
  recent(limit: number, chatId?: string): StoredRun[] {
    return this.#read(
      "SELECT * FROM runs WHERE branchOf IS NULL AND (? IS NULL OR chatId = ?) ORDER BY createdAt DESC, rowid DESC LIMIT ?",
      chatId ?? null,
      chatId ?? null,
      limit,
    );
  }

  start(id: string, startedAt: number, cwd: string): void {
    this.#database.run("UPDATE runs SET state = 'running', startedAt = ?, cwd = ? WHERE id = ?", startedAt, cwd, id);
  }

  setProcess(id: string, { pid, startTime, markId }: ProcessMark): void {
    const sql = "UPDATE runs SET pid = ?, processStart = ?, markId = ? WHERE id = ?";
    this.#database.run(sql, pid, startTime, markId ?? null, id);
  }

  setSession(id: string, session: string): void {
    this.#database.run("UPDATE runs SET session = ? WHERE id = ?", session, id);
  }

  /** A progress message is about to be sent: from now on there may be one, though its id is not known yet. */
  askProgress(id: string): void {
    this.#database.run("UPDATE runs SET progressAsked = 1 WHERE id = ?", id);
  }

  /** Runs with something left to do whose progress message may be in their chat under an id that was never stored. */
  withLostProgress(): StoredRun[] {
    return this.#read(
      `SELECT * FROM runs WHERE progressAsked = 1 AND progressId IS NULL AND (state <> 'ended'
         OR id IN (SELECT runId FROM deliveries WHERE state IN ('waiting', 'sending')))`,
    );
  }

  setProgress(id: string, progressId: string | null): void {
    this.#database.run("UPDATE runs SET progressId = ? WHERE id = ?", progressId, id);
  }

  /** Stores how a run ended. The first outcome stays: false when the run had ended before. */
  end(id: string, outcome: RunOutcome, endedAt: number): boolean {
    const { usage } = outcome;
    return (
      this.#database.run(
        `UPDATE runs SET state = 'ended', outcome = ?, answer = ?, error = ?, steps = ?, endedAt = ?, inputTokens = ?,
           outputTokens = ?, cacheReadTokens = ?, cacheWriteTokens = ?, costUsd = ? WHERE id = ? AND state <> 'ended'`,
        outcome.kind,
        outcome.answer,
        outcome.error ?? null,
        outcome.steps,
        endedAt,
        usage?.inputTokens ?? null,
        usage?.outputTokens ?? null,
        usage?.cacheReadTokens ?? null,
        usage?.cacheWriteTokens ?? null,
        usage?.costUsd ?? null,
        id,
      ) === 1
    );
  }

  /** What runs begun since then used, by project and engine; costs where engines name them. */
  usageSince(time: number): UsageRow[] {
    return this.#database.all<UsageRow & Row>(
      `SELECT engine, project, COUNT(*) AS runs, SUM(COALESCE(costUsd, 0)) AS costUsd,
         SUM(COALESCE(inputTokens, 0) + COALESCE(cacheReadTokens, 0) + COALESCE(cacheWriteTokens, 0)
           + COALESCE(outputTokens, 0)) AS tokens
       FROM runs WHERE createdAt >= ? AND branchOf IS NULL GROUP BY engine, project ORDER BY engine, project`,
      time,
    );
  }

  /** Changes the task of a run that waits. */
  setPrompt(id: string, prompt: string): void {
    this.#database.run("UPDATE runs SET prompt = ? WHERE id = ? AND state = 'queued'", prompt, id);
  }

  setFiles(id: string, files: readonly PromptFile[]): void {
    this.#database.run("UPDATE runs SET files = ? WHERE id = ?", JSON.stringify(files), id);
  }

  /** How many messages of people a run was made of. */
  countPromptMessages(id: string): number {
    const sql = `SELECT COUNT(*) AS count FROM messages JOIN runs ON runs.id = messages.runId
      WHERE runs.id = ? AND messages.messageId IS NOT runs.progressId`;
    return this.#database.get<{ count: number }>(sql, id)?.count ?? 0;
  }

  /** The newest run of a session, whoever began it. */
  bySession(engine: string, session: string): StoredRun | undefined {
    return this.#read(
      "SELECT * FROM runs WHERE engine = ? AND session = ? ORDER BY createdAt DESC, rowid DESC LIMIT 1",
      ...[engine, session],
    )[0];
  }

  /** Makes a message, the person's or ours, lead to its run. */
  addMessage(chatId: string, messageId: string, runId: string): void {
    this.#database.run(
      "INSERT OR REPLACE INTO messages (chatId, messageId, runId) VALUES (?, ?, ?)",
      chatId,
      messageId,
      runId,
    );
  }

  /** Whether this message is one that somebody sent us, or one of ours whose id was stored. */
  isKnownMessage(chatId: string, messageId: string): boolean {
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

  /** The newest message of a run; 0 where it has none. */
  newestMessage(runId: string): string {
    const sql = "SELECT MAX(messageId) AS id FROM messages WHERE runId = ?";
    return String(this.#database.get<{ id: number | null }>(sql, runId)?.id ?? 0);
  }

  byMessage(chatId: string, messageId: string): StoredRun | undefined {
    return this.#read(
      "SELECT runs.* FROM messages JOIN runs ON runs.id = messages.runId WHERE messages.chatId = ? AND messages.messageId = ?",
      ...[chatId, messageId],
    )[0];
  }

  #read(sql: string, ...values: (string | number | null)[]): StoredRun[] {
    return this.#database.all<RunRow>(sql, ...values).map(toRun);
  }
}

/** A row of the table as a run. */
export function toRun({ origin, files, pid, processStart, markId, ...run }: RunRow): StoredRun {
  const mark = markId === null ? {} : { markId };
  const process = pid === null ? undefined : { pid, startTime: processStart ?? "", ...mark };
  return { ...run, origin: JSON.parse(origin) as Origin, files: JSON.parse(files) as PromptFile[], process };
}
