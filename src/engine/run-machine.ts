import { setImmediate } from "node:timers/promises";
import { BOUNDS } from "../bounds.ts";
import { assertNever, type Completed, type RunEvent, type ShownEvent } from "../domain/events.ts";
import type { Reply } from "../domain/question.ts";
import type { Ability, ProcessMark, RunCommand } from "../domain/run.ts";
import { EngineError } from "../errors.ts";
import type { Run, RunRequest } from "./contract.ts";
import type { Controls, Driver, RunContext } from "./driver.ts";
import { endsWithin } from "./ends-within.ts";
import { EventQueue } from "./event-queue.ts";
import { eachEvent } from "./events.ts";
import type { Recording } from "./recording.ts";
import { withResolvers } from "./with-resolvers.ts";

const UNCONFIRMED = "did not confirm that it stopped: what it had begun may run until its server ends.";
/** Text so far is pushed at most this often. */
const TEXT_PAUSE_MS = 300;

export interface RunSetup {
  readonly id: string;
  readonly label: string;
  readonly request: Pick<RunRequest, "spec" | "log">;
  readonly driver: Driver;
  /** False if the engine does not keep the session: then the events do not name the session. */
  readonly isKept?: boolean;
  readonly recording?: Recording | undefined;
}

/**
 * Begins a run now. Sees to its contract: one `started` at most, one `completed`, last, whatever happens; the first
 * stop reason wins; each command gets its `ack`.
 */
export function openRun(setup: RunSetup): Run {
  const machine = new RunMachine(setup);
  return {
    events: { [Symbol.asyncIterator]: () => eachEvent(machine.batches()) },
    send: (command) => machine.send(command),
  };
}

type Verdict = { readonly ok: boolean; readonly problem?: string };

class RunMachine implements RunContext {
  readonly #setup: RunSetup;
  readonly #stopping = new AbortController();
  readonly #driven: Promise<void>;
  readonly #queue: EventQueue;
  readonly #pending = new Set<string>();
  readonly #ready = withResolvers<void>();
  #controls: Controls = {};
  #session: Completed["resume"];
  #hasStarted = false;
  #hasCompleted = false;
  #finished: Promise<void> | undefined;
  #answer = "";
  #toldAnswer = "";
  #textTimer: NodeJS.Timeout | undefined;
  #ending: Promise<void> | undefined;

  constructor(setup: RunSetup) {
    this.#setup = setup;
    this.#queue = new EventQueue((event) => setup.recording?.told(event));
    const { session } = setup.request.spec;
    this.#session = session === undefined ? undefined : { engine: setup.id, value: session };
    this.#driven = Promise.resolve().then(() => this.#drive());
  }

  get stopped(): AbortSignal {
    return this.#stopping.signal;
  }

  get tap(): Recording | undefined {
    return this.#setup.recording;
  }

  send(command: RunCommand): void {
    this.#setup.recording?.asked(command);
    if (this.#hasCompleted && command.type !== "stop") return;
    switch (command.type) {
      case "stop":
        void this.#stop(command.reason);
        return;
      case "interrupt":
        void this.#stop("interrupted");
        return;
      case "steer":
        void this.#carryOut(command.id, this.#steer(command));
        return;
      case "answer":
        void this.#carryOut(command.id, this.#reply(command.questionId, command.reply));
        return;
      default:
        assertNever(command);
    }
  }

  announce(mark: ProcessMark): void {
    if (!this.#hasCompleted) this.#queue.push({ type: "process", mark });
  }

  ready(controls: Controls): void {
    const can: Ability[] = [];
    if (controls.steer) can.push("steer");
    if (controls.interrupt) can.push("interrupt");
    if (controls.answer) can.push("answer");
    if (!this.#hasCompleted) this.#queue.push({ type: "ready", can });
    this.#controls = controls;
    this.#ready.resolve();
  }

  push(event: ShownEvent): void {
    if (this.#hasCompleted) return;
    if (event.type === "completed") this.#complete(event);
    else if (event.type === "text") this.#text(event.text);
    else if (event.type !== "started") this.#queue.push(event);
    else if (!this.#hasStarted && this.#isKept) {
      this.#hasStarted = true;
      this.#session = event.resume;
      this.#queue.push(event);
    }
  }

  drained(): Promise<void> {
    return this.stopped.aborted ? Promise.resolve() : this.#queue.drained();
  }

  async *batches(): AsyncGenerator<readonly RunEvent[], void> {
    try {
      yield* this.#queue.batches();
    } finally {
      await this.#stop("nobody listened any more");
    }
  }

  async #steer({ text, attachments = [] }: Extract<RunCommand, { type: "steer" }>): Promise<Verdict> {
    await this.#ready.promise;
    const { steer } = this.#controls;
    if (steer === undefined) return no(`${this.#setup.label} takes no messages while it works.`);
    await steer(text, attachments);
    return { ok: true };
  }

  async #reply(questionId: string, reply: Reply): Promise<Verdict> {
    await this.#ready.promise;
    const { answer } = this.#controls;
    const late = `${this.#setup.label} did not take the reply in time.`;
    const taken = answer?.(questionId, reply) ?? Promise.resolve(false);
    if (!(await endsWithin(taken, BOUNDS.run.answerMs))) return no(late);
    return { ok: await taken };
  }

  async #carryOut(id: string, work: Promise<Verdict>): Promise<void> {
    this.#pending.add(id);
    this.#acknowledge(id, await work.catch((error: unknown) => no(this.#explain(error))));
  }

  #acknowledge(id: string, verdict: Verdict): void {
    if (this.#pending.delete(id)) this.#queue.push({ type: "ack", id, ...verdict });
  }

  #text(answer: string): void {
    this.#answer = answer;
    if (this.#textTimer === undefined) this.#tellText();
  }

  #tellText(): void {
    this.#textTimer = undefined;
    if (this.#hasCompleted || this.#answer === this.#toldAnswer) return;
    this.#toldAnswer = this.#answer;
    this.#queue.push({ type: "text", engine: this.#setup.id, text: this.#answer });
    this.#textTimer = setTimeout(() => this.#tellText(), TEXT_PAUSE_MS);
    this.#textTimer.unref();
  }

  #complete(outcome: Completed): void {
    if (this.#hasCompleted) return;
    this.#hasCompleted = true;
    clearTimeout(this.#textTimer);
    if (this.#pending.size === 0) this.#finish(outcome);
    else this.#finished = setImmediate().then(() => this.#finish(outcome));
  }

  /** Commands that were just taken have had the time to say so. */
  #finish(outcome: Completed): void {
    for (const id of this.#pending) this.#acknowledge(id, { ok: false });
    const { resume: told, ...others } = outcome;
    const resume = this.#isKept ? (told ?? this.#session) : undefined;
    const error = this.#reason;
    this.#queue.push({ ...others, ...(resume && { resume }), ...(error !== undefined && { ok: false, error }) });
  }

  get #isKept(): boolean {
    return this.#setup.isKept ?? true;
  }

  get #reason(): string | undefined {
    return this.stopped.aborted ? String(this.stopped.reason) : undefined;
  }

  async #drive(): Promise<void> {
    try {
      if (!this.stopped.aborted) await this.#setup.driver.drive(this);
    } catch (error) {
      if (!this.#hasCompleted) this.#fail(this.#reason ?? this.#explain(error));
    }
    this.#fail(this.#reason ?? `${this.#setup.label} ended without an answer.`);
    await this.#close();
  }

  async #close(): Promise<void> {
    await this.#finished;
    this.#queue.end();
    this.#setup.recording?.close();
  }

  /** Completes a run that has no outcome; keeps what there is of an answer. */
  #fail(error: string, note = ""): void {
    const answer = [this.#answer, note].filter(Boolean).join("\n\n");
    this.#complete({ type: "completed", engine: this.#setup.id, ok: false, answer, error });
  }

  #explain(cause: unknown): string {
    if (cause instanceof EngineError) return cause.stderr === "" ? cause.message : `${cause.message}\n${cause.stderr}`;
    this.#setup.request.log.error({ err: cause }, "engine.run_failed");
    return `${this.#setup.label} could not be run; the log has the cause.`;
  }

  #stop(reason: string): Promise<void> {
    if (this.#queue.isOver) return Promise.resolve();
    if (!this.stopped.aborted) this.#stopping.abort(reason);
    this.#queue.release();
    this.#ending ??= this.#end(String(this.stopped.reason));
    return this.#ending;
  }

  async #end(reason: string): Promise<void> {
    const { driver, label } = this.#setup;
    const { log } = this.#setup.request;
    log.info({ reason }, "run.stopping");
    if (await endsWithin(this.#driven, BOUNDS.run.stopMs)) return;
    log.warn({}, "run.forced");
    const forcing = driver.force().catch((err: unknown) => log.error({ err }, "run.not_forced"));
    if (await endsWithin(Promise.all([this.#driven, forcing]), BOUNDS.run.forceMs)) return;
    log.error({}, "run.not_ended");
    this.#fail(reason, `${label} ${UNCONFIRMED}`);
    await this.#close();
  }
}

const no = (problem: string): Verdict => ({ ok: false, problem });
