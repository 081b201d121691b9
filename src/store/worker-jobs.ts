import type { ProcessMark, RunSpec } from "../domain/run.ts";
import type { Database, Row } from "./database.ts";

/** A run that this machine carries out for a bridge elsewhere. */
export interface WorkerJob {
  readonly id: string;
  /** `begun`: its engine may have started. `ended`: all that it says is stored. */
  readonly state: "waiting" | "begun" | "ended";
  readonly spec: RunSpec;
  readonly session: string | null;
  readonly process: ProcessMark | null;
  /** The broker's number of the last message that the broker has. */
  readonly lastSeq: number;
}

/** Something that a run said, and the broker does not have yet. */
export interface Saying {
  /** Counts from 0. */
  readonly n: number;
  readonly body: unknown;
}

/** The runs of a worker. */
export class WorkerJobs {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  /** On the disk when it returns. False if it was there. */
  add(id: string, spec: RunSpec, takenAt: number): boolean {
    const sql = "INSERT OR IGNORE INTO workerJobs (id, state, spec, takenAt) VALUES (?, 'waiting', ?, ?)";
    return this.#database.durably(() => this.#database.run(sql, id, JSON.stringify(spec), takenAt)) === 1;
  }

  get(id: string): WorkerJob | undefined {
    return this.#read("SELECT * FROM workerJobs WHERE id = ?", id)[0];
  }

  /** What has not ended, oldest first. */
  open(): WorkerJob[] {
    return this.#read("SELECT * FROM workerJobs WHERE state <> 'ended' ORDER BY takenAt, rowid");
  }

  /** Those with something to tell the broker. */
  unsaid(): string[] {
    return this.#database.all<{ id: string }>("SELECT DISTINCT jobId AS id FROM workerSayings").map(({ id }) => id);
  }

  /** On the disk when it returns: it is never begun again. */
  begin(id: string): void {
    this.#database.durably(() => this.#database.run("UPDATE workerJobs SET state = 'begun' WHERE id = ?", id));
  }

  setSession(id: string, session: string): void {
    this.#database.run("UPDATE workerJobs SET session = ? WHERE id = ?", session, id);
  }

  setProcess(id: string, process: ProcessMark): void {
    this.#database.run("UPDATE workerJobs SET process = ? WHERE id = ?", JSON.stringify(process), id);
  }

  /** Keeps something to say; with `isLast` the run has ended with it. */
  say(id: string, body: unknown, isLast: boolean): Saying {
    return this.#database.transaction(() => {
      const found = this.#database.get<{ said: number }>("SELECT said FROM workerJobs WHERE id = ?", id);
      const n = found?.said ?? 0;
      this.#database.run("INSERT INTO workerSayings (jobId, n, body) VALUES (?, ?, ?)", id, n, JSON.stringify(body));
      this.#database.run("UPDATE workerJobs SET said = ? WHERE id = ?", n + 1, id);
      if (isLast) this.#end(id);
      return { n, body };
    });
  }

  /** The next thing to tell the broker. */
  next(id: string): Saying | undefined {
    const sql = "SELECT n, body FROM workerSayings WHERE jobId = ? ORDER BY n LIMIT 1";
    const row = this.#database.get<{ n: number; body: string }>(sql, id);
    return row && { n: row.n, body: JSON.parse(row.body) };
  }

  /** The broker has it, under this number. */
  said(id: string, n: number, seq: number): void {
    this.#database.transaction(() => {
      this.#database.run("DELETE FROM workerSayings WHERE jobId = ? AND n = ?", id, n);
      this.#database.run("UPDATE workerJobs SET lastSeq = ? WHERE id = ?", seq, id);
    });
  }

  /** The run is no longer this machine's: nothing more is said of it. */
  giveUp(id: string): void {
    this.#database.transaction(() => {
      this.#database.run("DELETE FROM workerSayings WHERE jobId = ?", id);
      this.#end(id);
    });
  }

  /** Forgets what ended before. */
  prune(before: number): void {
    const sql =
      "DELETE FROM workerJobs WHERE state = 'ended' AND takenAt < ? AND id NOT IN (SELECT jobId FROM workerSayings)";
    this.#database.run(sql, before);
  }

  /** Only its id is of use then. */
  #end(id: string): void {
    this.#database.run("UPDATE workerJobs SET state = 'ended', spec = '{}', process = NULL WHERE id = ?", id);
  }

  #read(sql: string, ...values: string[]): WorkerJob[] {
    return this.#database
      .all<Omit<WorkerJob, "spec" | "process"> & Row & { spec: string; process: string | null }>(sql, ...values)
      .map(({ spec, process, ...row }) => ({
        ...row,
        spec: JSON.parse(spec),
        process: process === null ? null : JSON.parse(process),
      }));
  }
}
