import type { Completed, ShownEvent } from "../domain/events.ts";
import type { PromptFile } from "../domain/files.ts";
import type { Goal } from "../domain/goal.ts";
import { UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { RunOutcome, StopReason, StoredRun } from "../store/stored-run.ts";
import { bindMachine } from "./bind-machine.ts";
import { bringFiles } from "./bring-files.ts";
import { Execution } from "./execution.ts";
import { fetchIfThere } from "./fetch-files.ts";
import { JobView } from "./job-view.ts";
import type { JobOptions } from "./options.ts";
import { endOf, endOfFailure, keepStop, storeOutcome, toEnd, untilDone } from "./outcome.ts";
import { RunLimit } from "./run-limit.ts";
import { type Found, storeMerge, waitingFacts } from "./waiting.ts";

/** A bridge that ends leaves a run to the next one if nobody has confirmed its stop by then. */
const LEAVE_MS = 3_000;

/** `held`: it waits for a person to say yes. `ended`: its outcome is known, but something of it may still live. */
export type JobState = "held" | "queued" | "running" | "ended";

/** One run, from the moment it is queued until nothing of it is left. Its outcome is stored exactly once. */
export class Job {
  readonly id: string;
  readonly #options: JobOptions;
  readonly #claim: (thread?: string) => void;
  readonly #log: Logger;
  readonly #view: JobView;
  #run: StoredRun;
  #state: JobState = "queued";
  #isReleased = false;
  #isTakenBack = false;
  /** For the next bridge. */
  #isLeft = false;
  #stopped: StopReason | undefined;
  /** Aborted by a stop, for what comes before the worker has the run. */
  readonly #fetching = new AbortController();
  readonly #closing = new AbortController();
  #execution: Execution | undefined;

  constructor(run: StoredRun, options: JobOptions, claim: (thread?: string) => void) {
    this.id = run.id;
    this.#run = run;
    this.#stopped = run.stop;
    this.#options = options;
    this.#claim = claim;
    this.#log = options.log.child({ runId: run.id, engine: run.engine, chatId: run.chatId });
    this.#view = new JobView(run, options);
  }

  /** A chat may move while a run waits or runs. */
  get chatId(): string {
    return this.#options.store.moves.current(this.#run.chatId);
  }

  get state(): JobState {
    return this.#state;
  }

  get isWaiting(): boolean {
    return this.#state === "held" || this.#state === "queued" || this.#isTakenBack;
  }

  get canSteer(): boolean {
    return this.#state === "running" && !this.#stopped && (this.#execution?.can("steer") ?? false);
  }

  /** Waits at this place of the queue, 1 = next. */
  showPlace(place: number, found: Found): void {
    this.#view.queued(place, waitingFacts(this.#run, { ...this.#options, ...found }));
  }

  /** Ends without an outcome: its task is part of the turn of another run. */
  merge(into: string): void {
    storeMerge(this.id, into, this.#options);
    this.#state = "ended";
    this.#view.close();
  }

  /** Waits until a person says yes to `text`. False if a person has already said yes, or it is under way elsewhere. */
  hold(text: string): boolean {
    if (this.#isReleased || this.#run.state === "running" || this.#stopped) return false;
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

  /**
   * Stops what hardly began, to run it again with more to its prompt: it is `held` when that is done. False if it has
   * done something already, or takes a text while it runs.
   */
  takeBack(): boolean {
    if (this.#isTakenBack || this.#state !== "running") return this.isWaiting;
    if (!this.#execution || this.#stopped || this.canSteer || this.#view.progress.steps > 0) return false;
    this.#isTakenBack = true;
    this.#execution.send({ type: "stop", reason: "More of the prompt has come." });
    return true;
  }

  /** Ends it before it has begun. */
  drop(): Promise<void> {
    return this.#settle({ kind: "cancelled", answer: "", error: undefined, steps: 0, usage: undefined });
  }

  /** Carries the run out. Never rejects; resolves when nothing of it lives. */
  async run(): Promise<void> {
    this.#state = "running";
    const { run_minutes } = this.#options.config().limits;
    const limit = new RunLimit(run_minutes, (text) => this.stop({ kind: "error", text }));
    try {
      this.#view.starting();
      this.#run = bindMachine(this.#options.store.runs.get(this.id) ?? this.#run, this.#options);
      this.#run = await bringFiles(this.#run, this.#fetching.signal, { ...this.#options, onWait: this.#view.away });
      const parts = { options: this.#options, view: this.#view, claim: this.#claim, log: this.#log };
      this.#execution = new Execution({ run: this.#run, ...parts, onPlaced: limit.start });
      if (this.#stopped) this.#tellStop("stop", this.#stopped);
      await this.#execution.hear((event) => this.#completed(event));
      if (this.#state === "running" && !this.#hasNoOutcome) throw new Error("The worker gave no outcome.");
    } catch (error) {
      if (!this.#hasNoOutcome) await this.#fail(error);
    } finally {
      limit.end();
      this.#execution?.end();
      if (this.#hasNoOutcome && this.#state === "running") this.#state = this.#isLeft ? "queued" : "held";
      this.#isTakenBack = false;
    }
  }

  /** Ends it with its processes. */
  stop(reason: StopReason): void {
    this.#end(reason, "stop");
  }

  /** Ends the turn and keeps the session; false unless it runs and its engine can do that. */
  interrupt(): boolean {
    if (!this.#execution?.can("interrupt")) return false;
    this.#end({ kind: "cancelled", text: "Interrupted." }, "interrupt");
    return true;
  }

  /** The goal that it works towards, as far as its engine has told. */
  get goal(): Goal | undefined {
    return this.#view.goal?.goal;
  }

  /** Adds a text to the running turn; false if the engine did not take it. Settled at the latest when the run is over. */
  steer(text: string, files: readonly PromptFile[] = []): Promise<boolean> {
    const isThere = files.every(({ placed }) => placed !== undefined);
    return (this.canSteer && isThere && this.#execution?.steer(text, files)) || Promise.resolve(false);
  }

  /**
   * Brings files to the run's directory. After a stop, and if its machine is away, the files stay as they are.
   *
   * @throws UserError if a file cannot be fetched.
   */
  fetch(files: readonly PromptFile[]): Promise<readonly PromptFile[]> {
    return fetchIfThere({ ...this.#run, files }, this.#fetching.signal, this.#options);
  }

  /** Passes a reply on; false if the question is not open, or another reply is on its way. */
  readonly answer: Execution["answer"] = (...given) => this.#execution?.answer(...given) ?? false;

  /** Shows whether a tool of the run waits for a person. */
  readonly showWaiting = (isWaiting: boolean): void => this.#execution?.showWaiting(isWaiting);

  /** Waits on for a run that was told to be silent; false unless it is silent. */
  readonly wait = (): boolean => this.#execution?.wait() ?? false;

  /** The bridge ends: what cannot be stored then is lost, and what waits for its machine waits for the next start. */
  shutDown(reason: StopReason): void {
    this.#isLeft = !this.#stopped && (this.#view.isAway || this.#execution?.leave() === true);
    this.#execution?.cutOff();
    this.#isLeft ? this.#fetching.abort(reason.text) : this.stop(reason);
    // The machine of a run elsewhere may have gone just now.
    setTimeout(() => (this.#isLeft ||= this.#execution?.leave() === true), LEAVE_MS).unref();
    this.#closing.abort();
  }

  /** The events that it showed last, as if they happened now: its session and newest steps. */
  lastEvents(): ShownEvent[] {
    return this.#view.lastEvents(this.#run.engine, this.#execution?.session);
  }

  /** Shows nothing more. */
  close(): void {
    this.#view.close();
  }

  get #hasNoOutcome(): boolean {
    return this.#isTakenBack || this.#isLeft;
  }

  #end(reason: StopReason, how: "stop" | "interrupt"): void {
    if (this.#stopped) return;
    this.#stopped = reason;
    keepStop(this.id, reason, this.#options);
    this.#fetching.abort(reason.text);
    this.#tellStop(how, reason);
  }

  #tellStop(how: "stop" | "interrupt", { text: reason }: StopReason): void {
    this.#view.stopping();
    this.#execution?.send(how === "interrupt" ? { type: how } : { type: how, reason });
  }

  async #completed(event: Completed): Promise<void> {
    if (this.#isTakenBack) return;
    this.#log.debug({ ok: event.ok }, "run.outcome");
    const { answer, usage } = event;
    await this.#settle({ answer, usage, steps: this.#view.progress.steps, ...toEnd(event, this.#stopped) });
    this.#log.info({ ok: event.ok, usage, stopped: this.#stopped !== undefined }, "run.completed");
  }

  async #fail(error: unknown): Promise<void> {
    if (!(error instanceof UserError) && !this.#stopped) this.#log.error({ err: error }, "run.failed");
    const end = this.#stopped ? endOf(this.#stopped) : endOfFailure(error, this.id);
    await this.#settle({ ...end, answer: "", steps: this.#view.progress.steps, usage: undefined });
  }

  /** Keeps the outcome here until it is stored, or the bridge ends. Never rejects. */
  async #settle(outcome: RunOutcome): Promise<void> {
    const { store, now, screens, watcher } = this.#options;
    this.#state = "ended";
    const { session, outgoing, atLimit } = this.#execution ?? {};
    const { elapsedMs: ranMs } = this.#view;
    const ended = { run: this.#run, session, outcome, at: now(), ranMs, outgoing, atLimit };
    const isStored = await untilDone(() => storeOutcome(ended, store, watcher), {
      ...{ signal: this.#closing.signal, log: this.#log, onFailure: () => this.#view.note(NOT_STORED) },
    });
    if (!isStored) this.#log.error({ outcome: outcome.kind }, "outcome.lost");
    this.#view.close();
    screens.deliver();
    watcher?.begin();
  }
}

const NOT_STORED = "It has ended, but the state file cannot be written: see `takopi doctor`. Trying again.";
