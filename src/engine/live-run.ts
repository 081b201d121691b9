import type { Completed, RunEvent } from "../domain/events.ts";
import { EngineError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Controls, Run, RunRequest } from "./contract.ts";
import { endsWithin } from "./ends-within.ts";
import { eachEvent } from "./events.ts";

/** How long a turn may take to end in the engine's own way before its server is ended by force. */
const STOP_GRACE_MS = 1200;
/** How long is waited after that; together under 2 s. */
const FORCE_MS = 600;
const UNCONFIRMED = "did not confirm that it stopped: what it had begun may go on until its server ends.";
/** The answer so far is told at most this often. */
const TEXT_PAUSE_MS = 300;

/** Where the events of a live run go. After `completed` nothing more is taken. */
export interface LiveOutput {
  /** A second `started` is dropped; a `completed` without a session gets the one that was started. */
  push(event: Exclude<RunEvent, { type: "text" }>): void;
  /** The answer as it stands now: all of it. Call it as often as it grows. */
  text(answer: string): void;
}

export interface LiveTurn {
  readonly engine: string;
  readonly label: string;
  readonly request: RunRequest;
  /** Without `interrupt`, which every live run has. */
  readonly controls: Omit<Controls, "interrupt">;
  /**
   * Does the turn. Resolves when its outcome was pushed and nothing of it lives; what it throws becomes the outcome.
   * When `stopped` is aborted it ends the turn with its commands; the outcome gets the reason whatever it is.
   */
  drive(output: LiveOutput, stopped: AbortSignal): Promise<void>;
  /**
   * For a turn that did not end when asked: ends its server, unless others use that, and what else of the turn it can.
   * The run is over soon after it, even where `drive` goes on.
   */
  force(): Promise<void>;
}

/** Begins a live run now. Sees to its contract: one `started` at most, one `completed`, last, whatever happens. */
export function openLiveRun(turn: LiveTurn): Run {
  return new LiveRun(turn);
}

class LiveRun implements Run, LiveOutput {
  readonly controls: Controls;
  readonly #turn: LiveTurn;
  readonly #log: Logger;
  readonly #stopped = new AbortController();
  readonly #driven: Promise<void>;
  #queue: RunEvent[] = [];
  #wake: () => void = () => {};
  #session: Completed["resume"];
  #hasStarted = false;
  #hasCompleted = false;
  #isOver = false;
  #answer = "";
  #toldAnswer = "";
  #textTimer: NodeJS.Timeout | undefined;
  #reason: string | undefined;
  #ending: Promise<void> | undefined;

  constructor(turn: LiveTurn) {
    this.#turn = turn;
    this.#session = turn.request.resume;
    this.#log = turn.request.log.child({ runId: turn.request.runId, engine: turn.engine });
    this.controls = { ...turn.controls, interrupt: () => this.stop("interrupted") };
    this.#driven = Promise.resolve().then(() => this.#drive());
  }

  stop(reason: string): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    this.#reason ??= reason;
    this.#stopped.abort();
    this.#ending ??= this.#end(reason);
    return this.#ending;
  }

  [Symbol.asyncIterator](): AsyncIterator<RunEvent, undefined> {
    return eachEvent(this.#batches());
  }

  push(event: RunEvent): void {
    if (this.#hasCompleted || (event.type === "started" && this.#hasStarted)) return;
    if (event.type === "completed") {
      this.#complete(event);
      return;
    }
    if (event.type === "started") {
      this.#hasStarted = true;
      this.#session = event.resume;
    }
    this.#enqueue(event);
  }

  text(answer: string): void {
    this.#answer = answer;
    if (this.#textTimer === undefined) this.#tellText();
  }

  #tellText(): void {
    this.#textTimer = undefined;
    if (this.#hasCompleted || this.#answer === this.#toldAnswer) return;
    this.#toldAnswer = this.#answer;
    // A reader that is behind needs only the newest.
    if (this.#queue.at(-1)?.type === "text") this.#queue.pop();
    this.#enqueue({ type: "text", engine: this.#turn.engine, text: this.#answer });
    this.#textTimer = setTimeout(() => this.#tellText(), TEXT_PAUSE_MS);
    this.#textTimer.unref();
  }

  #complete(outcome: Completed): void {
    this.#hasCompleted = true;
    clearTimeout(this.#textTimer);
    const resume = outcome.resume ?? this.#session;
    const error = this.#reason;
    this.#enqueue({ ...outcome, ...(resume && { resume }), ...(error !== undefined && { ok: false, error }) });
  }

  #enqueue(event: RunEvent): void {
    this.#queue.push(event);
    this.#wake();
  }

  async #drive(): Promise<void> {
    try {
      if (!this.#stopped.signal.aborted) await this.#turn.drive(this, this.#stopped.signal);
    } catch (error) {
      this.#fail(this.#reason ?? this.#explain(error));
    }
    this.#fail(this.#reason ?? `${this.#turn.label} ended without an answer.`);
    this.#close();
  }

  #close(): void {
    this.#isOver = true;
    this.#wake();
  }

  /** Completes a run that has no outcome; keeps what there is of an answer. */
  #fail(error: string, note = ""): void {
    const answer = [this.#answer, note].filter(Boolean).join("\n\n");
    this.push({ type: "completed", engine: this.#turn.engine, ok: false, answer, error });
  }

  #explain(cause: unknown): string {
    if (cause instanceof EngineError) return cause.stderr === "" ? cause.message : `${cause.message}\n${cause.stderr}`;
    this.#log.error({ err: cause }, "engine.live_failed");
    return `${this.#turn.label} could not be driven; the log has the cause.`;
  }

  async *#batches(): AsyncGenerator<readonly RunEvent[], void> {
    try {
      for (;;) {
        const batch = this.#queue;
        this.#queue = [];
        if (batch.length > 0) yield batch;
        else if (this.#isOver) return;
        else await this.#news();
      }
    } finally {
      await this.stop("nobody listened any more");
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #end(reason: string): Promise<void> {
    this.#log.info({ reason }, "turn.stopping");
    if (await endsWithin(this.#driven, STOP_GRACE_MS)) return;
    this.#log.warn({}, "turn.forced");
    const forcing = this.#turn.force().catch((err: unknown) => this.#log.error({ err }, "turn.not_forced"));
    if (await endsWithin(Promise.all([this.#driven, forcing]), FORCE_MS)) return;
    this.#log.error({}, "turn.not_ended");
    this.#fail(reason, `${this.#turn.label} ${UNCONFIRMED}`);
    this.#close();
  }
}
