import type { PromptFile } from "../domain/files.ts";
import type { ProcessMark } from "../domain/run.ts";
import type { ErrorCode } from "../errors.ts";
import { firstPiece, LongAnswers } from "./answers.ts";
import type { Database, Row } from "./database.ts";
import { Messages } from "./messages.ts";
import type { Moves } from "./moves.ts";
import {
  type NewRun,
  type RunOutcome,
  type RunRow,
  type StopReason,
  type StoredRun,
  toRun,
  type UsageRow,
} from "./stored-run.ts";

export class Runs {
  readonly #database: Database;
  readonly #moves: Moves;
  constructor(database: Database, moves: Moves) {
    this.#database = database;
    this.#moves = moves;
  }

  add(asked: NewRun): void {
    const run = this.#moves.place(asked, "topicId", "messageId");
    this.#database.run(
      `INSERT INTO runs (id, state, origin, chatId, topicId, messageId, userId, engine, project, branch, prompt, files,
         presets, resume, follows, createdAt) VALUES (?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
      JSON.stringify(run.presets ?? []),
      run.resume,
      run.follows,
      run.createdAt,
    );
    if (run.messageId !== null) new Messages(this.#database, this.#moves).lead(run.chatId, run.messageId, run.id);
  }

  get(id: string): StoredRun | undefined {
    return this.#read("SELECT * FROM runs WHERE id = ?", id)[0];
  }

  /** Waiting or cut off, oldest first: what a start has to take up again. */
  open(): StoredRun[] {
    return this.#read("SELECT * FROM runs WHERE state <> 'ended' ORDER BY COALESCE(queuedAt, createdAt), rowid");
  }

  /** Has waiting runs taken up in this order at the next start too: they share out the times that they have together. */
  setOrder(ids: readonly string[]): void {
    const time = "SELECT COALESCE(queuedAt, createdAt) AS time FROM runs WHERE id = ?";
    const times = ids.map((id) => this.#database.get<{ time: number }>(time, id)?.time ?? 0).sort((a, b) => a - b);
    this.#database.transaction(() => {
      for (const [index, id] of ids.entries()) {
        // Those of one moment would fall back to the order in which they came.
        const at = (times[index] ?? 0) + index / 1000;
        this.#database.run("UPDATE runs SET queuedAt = ? WHERE id = ?", at, id);
      }
    });
  }

  /** The runs that were begun together. */
  ofBatch(batch: string): StoredRun[] {
    const sql = `SELECT * FROM runs WHERE json_extract(origin, '$.type') = 'batch' AND json_extract(origin, '$.of') = ? ORDER BY rowid`;
    return this.#read(sql, batch);
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

  /** The first reason stays. */
  setStop(id: string, reason: StopReason): void {
    const sql = "UPDATE runs SET stop = ? WHERE id = ? AND stop IS NULL AND state <> 'ended'";
    this.#database.run(sql, JSON.stringify(reason), id);
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

  /** Ended and delivered runs of a chat whose progress message may still say that they run. */
  withStaleProgress(chatId: string): StoredRun[] {
    return this.#read(
      `SELECT * FROM runs WHERE chatId = ? AND state = 'ended' AND progressId IS NOT NULL
         AND id NOT IN (SELECT runId FROM deliveries WHERE state IN ('waiting', 'sending') AND runId IS NOT NULL) LIMIT 5`,
      chatId,
    );
  }

  /** Ends a waiting run whose task another one has now; its messages lead there. False if it has ended. */
  merge(id: string, into: string, endedAt: number): boolean {
    const sql = `UPDATE runs SET state = 'ended', outcome = 'cancelled', failure = 'interrupted', endedAt = ?,
      session = (SELECT COALESCE(session, resume) FROM runs WHERE id = ?) WHERE id = ? AND state <> 'ended'`;
    if (this.#database.run(sql, endedAt, into, id) !== 1) return false;
    this.#database.run("UPDATE messages SET runId = ? WHERE runId = ?", into, id);
    return true;
  }

  setProgress(id: string, progressId: string | null): void {
    this.#database.run("UPDATE runs SET progressId = ? WHERE id = ?", progressId, id);
  }

  /**
   * Stores how a run ended. The first outcome stays: false when the run had ended before.
   *
   * @param ranMs puts the start of a run that had one in its place on a clock that was set since.
   */
  end(id: string, outcome: RunOutcome, endedAt: number, ranMs?: number): boolean {
    const { usage } = outcome;
    const isFirst =
      this.#database.run(
        `UPDATE runs SET state = 'ended', outcome = ?, answer = ?, error = ?, failure = ?, steps = ?, endedAt = ?, startedAt = CASE WHEN startedAt IS NULL THEN NULL ELSE coalesce(?, startedAt) END, inputTokens = ?,
           outputTokens = ?, cacheReadTokens = ?, cacheWriteTokens = ?, costUsd = ?,
           contextFill = ? WHERE id = ? AND state <> 'ended'`,
        outcome.kind,
        firstPiece(outcome.answer),
        outcome.error ?? null,
        failureOf(outcome),
        outcome.steps,
        endedAt,
        ranMs === undefined ? null : Math.round(endedAt - ranMs),
        usage?.inputTokens ?? null,
        usage?.outputTokens ?? null,
        usage?.cacheReadTokens ?? null,
        usage?.cacheWriteTokens ?? null,
        usage?.costUsd ?? null,
        usage?.contextFill ?? null,
        id,
      ) === 1;
    if (isFirst) new LongAnswers(this.#database).keepRest(id, outcome.answer);
    return isFirst;
  }

  /** The last run of each conversation in which nothing runs or waits, if it ended between these times. */
  lastOfIdle(from: number, to: number): StoredRun[] {
    return this.#read(
      `SELECT *, MAX(endedAt) FROM runs WHERE branchOf IS NULL AND endedAt > ? GROUP BY chatId, topicId
       HAVING MAX(endedAt) <= ? AND NOT EXISTS (SELECT 1 FROM runs AS other
         WHERE other.state <> 'ended' AND other.chatId = runs.chatId AND other.topicId IS runs.topicId)`,
      ...[from, to],
    );
  }

  /** Usage of runs that began since then, by project and engine; costs if engines name them. */
  usageSince(time: number): UsageRow[] {
    return this.#database.all<UsageRow & Row>(
      `SELECT engine, project, COUNT(*) AS runs, SUM(COALESCE(costUsd, 0)) AS costUsd,
         SUM(COALESCE(inputTokens, 0) + COALESCE(cacheReadTokens, 0) + COALESCE(cacheWriteTokens, 0)
           + COALESCE(outputTokens, 0)) AS tokens
       FROM runs WHERE createdAt >= ? AND branchOf IS NULL GROUP BY engine, project ORDER BY engine, project`,
      time,
    );
  }

  /** The run that was made of an ended one: it resumes its session, or is the same task again. */
  sequelOf(id: string): StoredRun | undefined {
    return this.#read("SELECT * FROM runs WHERE json_extract(origin, '$.of') = ? ORDER BY createdAt LIMIT 1", id)[0];
  }

  /** Changes the task of a run that waits. */
  setPrompt(id: string, prompt: string): void {
    this.#database.run("UPDATE runs SET prompt = ? WHERE id = ? AND state = 'queued'", prompt, id);
  }

  /** Lets a run that hardly began wait once more, as if it had not. */
  requeue(id: string): void {
    this.#database.run(
      "UPDATE runs SET state = 'queued', startedAt = NULL, session = NULL, pid = NULL WHERE id = ? AND state = 'running'",
      id,
    );
  }

  setFiles(id: string, files: readonly PromptFile[]): void {
    this.#database.run("UPDATE runs SET files = ? WHERE id = ?", JSON.stringify(files), id);
  }

  /** "" is the bridge's own machine. */
  setMachine(id: string, machine: string): void {
    this.#database.run("UPDATE runs SET machine = ? WHERE id = ?", machine, id);
  }

  /** The newest run of a session, whoever began it. */
  bySession(engine: string, session: string): StoredRun | undefined {
    return this.#read(
      "SELECT * FROM runs WHERE engine = ? AND session = ? ORDER BY createdAt DESC, rowid DESC LIMIT 1",
      ...[engine, session],
    )[0];
  }

  #read(sql: string, ...values: (string | number | null)[]): StoredRun[] {
    return this.#database.all<RunRow>(sql, ...values).map(toRun);
  }
}

function failureOf({ kind, failure }: RunOutcome): ErrorCode | null {
  if (kind === "done") return null;
  return failure ?? (kind === "error" ? "engine_failed" : "interrupted");
}
