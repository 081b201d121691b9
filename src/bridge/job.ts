import { randomUUID } from "node:crypto";
import { engineOptions } from "../config/engine-options.ts";
import { assertNever, type Completed } from "../domain/events.ts";
import type { Reply } from "../domain/question.ts";
import type { Ability, RunSpec } from "../domain/run.ts";
import { timerMs } from "../domain/time.ts";
import { UserError, userText } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { OutcomeKind, RunOutcome, StoredRun } from "../store/runs.ts";
import type { WorkerEvent, WorkerRun } from "../worker/port.ts";
import { JobView } from "./job-view.ts";
import type { BridgeOptions } from "./options.ts";
import { RunQuestions } from "./questions.ts";
import { StallWatch } from "./stall.ts";
import { sessionOf } from "./thread.ts";

/** `held`: it waits for a person to say yes. `ended`: its outcome is stored, but something of it may still live. */
export type JobState = "held" | "queued" | "running" | "ended";

/** Why a run is ended from outside. The first reason wins. */
export interface StopReason {
  readonly kind: Extract<OutcomeKind, "cancelled" | "interrupted" | "error">;
  /** For people, one sentence. */
  readonly text: string;
}

/** One run, from the moment it is queued until nothing of it is left. Its outcome is stored exactly once. */
export class Job {
  readonly id: string;
  readonly chatId: string;
  readonly #options: BridgeOptions;
  readonly #claim: (thread: string) => void;
  readonly #log: Logger;
  readonly #view: JobView;
  #run: StoredRun;
  #state: JobState = "queued";
  #isReleased = false;
  #stopped: StopReason | undefined;
  #work: WorkerRun | undefined;
  #can: readonly Ability[] = [];
  #questions: RunQuestions | undefined;
  #stall: StallWatch | undefined;
  /** Texts on their way into the turn, by command: what to call with whether the engine took it. */
  readonly #steers = new Map<string, (isTaken: boolean) => void>();

  /** @param claim Called with the thread that the run turns out to belong to. */
  constructor(run: StoredRun, options: BridgeOptions, claim: (thread: string) => void) {
    this.id = run.id;
    this.chatId = run.chatId;
    this.#run = run;
    this.#options = options;
    this.#claim = claim;
    this.#log = options.log.child({ runId: run.id, engine: run.engine, chatId: run.chatId });
    this.#view = new JobView(run, options.screens);
  }

  get state(): JobState {
    return this.#state;
  }

  get isWaiting(): boolean {
    return this.#state === "held" || this.#state === "queued";
  }

  get canSteer(): boolean {
    return this.#state === "running" && !this.#stopped && this.#can.includes("steer");
  }

  /** Waits at this place of the queue, 1 = next. */
  showPlace(place: number): void {
    this.#view.queued(place);
  }

  /** Waits until a person says yes to `text`. False if a person has already said yes. */
  hold(text: string): boolean {
    if (this.#isReleased) return false;
    this.#state = "held";
    this.#view.paused(text);
    return true;
  }

  /** A person said yes; false unless it waited for that. */
  release(): boolean {
    if (this.#state !== "held") return false;
    this.#state = "queued";
    this.#isReleased = true;
    return true;
  }

  /** Ends it before it has begun. */
  drop(): void {
    this.#settle({ kind: "cancelled", answer: "", error: undefined, steps: 0, usage: undefined });
  }

  /** Carries the run out. Never rejects; resolves when nothing of it lives. */
  async run(): Promise<void> {
    const { store, now, worker } = this.#options;
    this.#state = "running";
    this.#run = store.runs.get(this.id) ?? this.#run;
    this.#view.starting(now());
    const limit = this.#limitTime();
    try {
      this.#work = worker.run(this.#spec());
      this.#questions = this.#openQuestions(this.#work);
      this.#stall = this.#watchStall(this.#questions);
      for await (const event of this.#work.events) this.#hear(event);
      if (this.#state === "running") throw new Error("The worker gave no outcome.");
    } catch (error) {
      if (!(error instanceof UserError)) this.#log.error({ err: error }, "run.failed");
      const end = this.#stopped ? endOf(this.#stopped) : { kind: "error" as const, error: userText(error, this.id) };
      this.#settle({ ...end, answer: "", steps: this.#view.progress.steps, usage: undefined });
    } finally {
      clearTimeout(limit);
      this.#stall?.end();
      this.#questions?.end();
      for (const settle of this.#steers.values()) settle(false);
      this.#steers.clear();
    }
  }

  /** Ends it with its processes. */
  stop(reason: StopReason): void {
    this.#end(reason, "stop");
  }

  /** Ends the turn and keeps the session; false unless it runs and its engine can do that. */
  interrupt(): boolean {
    if (!this.#can.includes("interrupt")) return false;
    this.#end({ kind: "cancelled", text: "Interrupted." }, "interrupt");
    return true;
  }

  /** Adds a text to the running turn; false if the engine did not take it. Settled at the latest when the run is over. */
  steer(text: string): Promise<boolean> {
    const work = this.#work;
    if (!work || !this.canSteer) return Promise.resolve(false);
    return new Promise((resolve) => {
      const id = randomUUID();
      this.#steers.set(id, resolve);
      work.send({ type: "steer", id, text });
    });
  }

  /** Passes a reply on; false if the question is not open, or another reply is on its way. */
  answer(key: string, reply: Reply, user: { readonly id: string; readonly name: string }): boolean {
    return this.#questions?.answer(key, reply, user) ?? false;
  }

  /** Waits on for a run that was told to be silent; false unless it is silent. */
  wait(): boolean {
    return this.#stall?.wait() ?? false;
  }

  /** Shows nothing more. */
  close(): void {
    this.#view.close();
  }

  #spec(): RunSpec {
    const { engine, project, branch, prompt, follows } = this.#run;
    const { session } = sessionOf(this.#run, this.#options.store.runs);
    if (session === undefined && follows !== null) {
      const problem = "The task before this one ended without a session to continue";
      throw new UserError(`${problem}: send this again as a new message.`);
    }
    const model = session === undefined ? undefined : this.#options.store.threads.model(engine, session);
    return {
      ...{ runId: this.id, engine, prompt, attachments: [], overrides: model === undefined ? {} : { model } },
      ...(session !== undefined && { session }),
      ...(project !== null && { project }),
      ...(branch !== null && { branch }),
    };
  }

  #openQuestions(work: WorkerRun): RunQuestions {
    const { engines, config } = this.#options;
    const engine = engines.find(({ id }) => id === this.#run.engine);
    const project = config().projects.get(this.#run.project ?? "");
    return new RunQuestions({
      ...this.#options,
      run: this.#run,
      rules: engine ? engineOptions(config(), engine, project) : {},
      log: this.#log,
      send: (command) => work.send(command),
      onWaiting: (isWaiting) => this.#view.waiting(isWaiting),
    });
  }

  #watchStall(questions: RunQuestions): StallWatch {
    return new StallWatch({
      minutes: this.#options.config().limits.stall_minutes,
      isAlive: () => this.#view.progress.open.length > 0 || questions.isWaiting,
      show: (notice) => this.#view.stalled(notice),
    });
  }

  #limitTime(): NodeJS.Timeout | undefined {
    const minutes = this.#options.config().limits.run_minutes;
    if (minutes === undefined) return undefined;
    const text = `Stopped after ${minutes} min: that is limits.run_minutes; raise it for longer tasks.`;
    return setTimeout(() => this.stop({ kind: "error", text }), timerMs(minutes)).unref();
  }

  #end(reason: StopReason, how: "stop" | "interrupt"): void {
    if (this.#stopped) return;
    this.#stopped = reason;
    this.#view.stopping();
    this.#work?.send(how === "interrupt" ? { type: how } : { type: how, reason: reason.text });
  }

  #hear(event: WorkerEvent): void {
    const { runs } = this.#options.store;
    this.#stall?.heard();
    if (event.type !== "placed") this.#questions?.heard(event);
    switch (event.type) {
      case "placed":
        this.#options.store.durably(() => runs.start(this.id, this.#options.now(), event.cwd));
        this.#log.info({ cwd: event.cwd, project: this.#run.project, branch: this.#run.branch }, "run.started");
        break;
      case "process":
        runs.setProcess(this.id, event.mark);
        break;
      case "ready":
        this.#can = event.can;
        break;
      case "started":
        this.#started(event.resume.value);
        break;
      case "action":
        this.#view.acted(event);
        break;
      case "text":
        this.#view.write(event.text);
        break;
      case "ack":
        this.#steers.get(event.id)?.(event.ok);
        this.#steers.delete(event.id);
        break;
      case "question":
      case "resolved":
        break;
      case "completed":
        this.#completed(event);
        break;
      default:
        assertNever(event);
    }
  }

  #started(session: string): void {
    const { store, engines } = this.#options;
    store.runs.setSession(this.id, session);
    this.#claim(`${this.#run.engine}:${session}`);
    this.#log.info({ session }, "run.session");
    const engine = engines.find(({ id }) => id === this.#run.engine);
    if (engine) this.#view.started(engine.resume.format(session));
  }

  #completed(event: Completed): void {
    this.#stall?.end();
    this.#log.debug({ ok: event.ok }, "run.outcome");
    if (event.resume) this.#options.store.runs.setSession(this.id, event.resume.value);
    const { steps } = this.#view.progress;
    this.#settle({ answer: event.answer, usage: event.usage, steps, ...toEnd(event, this.#stopped) });
    this.#log.info({ ok: event.ok, usage: event.usage, stopped: this.#stopped !== undefined }, "run.completed");
  }

  /** Stores the outcome and what must be delivered of it together, then lets the screen go. */
  #settle(outcome: RunOutcome): void {
    const { store, now, screens } = this.#options;
    const { chatId, topicId, messageId: replyTo } = this.#run;
    store.durably(() => {
      if (!store.runs.end(this.id, outcome, now())) return;
      store.deliveries.add({ runId: this.id, chatId, topicId, replyTo, body: null, createdAt: now() });
    });
    this.#state = "ended";
    this.#view.close();
    screens.deliver();
  }
}

type End = Pick<RunOutcome, "kind" | "error">;

function toEnd({ ok, answer, error }: Completed, stopped: StopReason | undefined): End {
  if (!ok) return stopped ? endOf(stopped) : { kind: "error", error };
  if (answer.trim() === "") return { kind: "error", error: "The engine ended without an answer." };
  return { kind: "done", error: undefined };
}

const endOf = ({ kind, text }: StopReason): End => ({ kind, error: kind === "cancelled" ? undefined : text });
