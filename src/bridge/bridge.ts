import { initialProgress } from "../domain/progress.ts";
import type { Reply } from "../domain/question.ts";
import { timerMs } from "../domain/time.ts";
import { UserError } from "../errors.ts";
import { knownSession, type StoredRun } from "../store/runs.ts";
import { checkPrompt, overBudget } from "./limits.ts";
import { occupy } from "./occupy.ts";
import type { BridgeParts } from "./parts.ts";
import type { Prompt, Resolved } from "./resolve.ts";
import { newRunId } from "./run-id.ts";
import { type Job, runJob, type StopReason, settle } from "./run-job.ts";
import { Scheduler } from "./scheduler.ts";
import type { Screen } from "./screen.ts";
import { findSteerable, steer } from "./steer.ts";
import { threadOf } from "./thread.ts";
import { Threads } from "./threads.ts";

/** Runs from their being asked for to their stored outcome: queue, thread, cancel, shutdown. */
export class Bridge {
  readonly #parts: BridgeParts;
  readonly #scheduler: Scheduler;
  readonly #screens = new Map<string, Screen>();
  readonly #stops = new Map<string, AbortController>();
  readonly #jobs = new Map<string, Job>();
  readonly threads: Threads;
  /** Wait for a person to say yes. */
  readonly #held = new Set<string>();
  readonly #released = new Set<string>();
  #isClosed = false;

  constructor(parts: BridgeParts) {
    this.#parts = parts;
    this.#scheduler = new Scheduler({
      limit: () => parts.config().limits.parallel_runs,
      start: (id) => this.#start(id),
      onPlace: (id, place) => this.#showPlace(id, place),
    });
    const rooms = { jobs: this.#jobs, scheduler: this.#scheduler, store: parts.store };
    this.threads = new Threads({ ...parts, occupy: (thread) => occupy(thread, rooms) });
  }

  /**
   * Stores a run without starting it, so that it can be stored together with the update that asked for it; pass its id
   * to `start` afterwards.
   *
   * @throws UserError where a limit is reached.
   */
  add(prompt: Prompt, resolved: Resolved): string {
    const { store, now } = this.#parts;
    const waiting = this.active(prompt.chatId).filter(({ state }) => state === "queued");
    checkPrompt(resolved.prompt, waiting.length, this.#parts);
    const id = newRunId(now());
    store.runs.add({
      id,
      chatId: prompt.chatId,
      topicId: prompt.topicId ?? null,
      messageId: prompt.messageId,
      userId: prompt.userId ?? null,
      engine: resolved.engine,
      project: resolved.context?.project ?? null,
      branch: resolved.context?.branch ?? null,
      prompt: resolved.prompt,
      resume: resolved.resume ?? null,
      follows: resolved.follows ?? null,
      createdAt: now(),
    });
    if (resolved.conversation !== undefined) store.conversations.setLatest(resolved.conversation, resolved.engine, id);
    return id;
  }

  /** Queues a stored run: it starts at once, or shows its place. After `close` it waits for the next start. */
  start(id: string): void {
    const run = this.#isClosed ? undefined : this.#parts.store.runs.get(id);
    if (run) this.#scheduler.submit(id, threadOf(run, this.#parts.store.runs));
  }

  /** Ends a running run or drops a waiting one. */
  cancel(id: string): "running" | "queued" | "none" {
    if (this.#scheduler.isRunning(id)) {
      this.#stop(id, { kind: "cancelled", text: "Cancelled." });
      return "running";
    }
    const run = this.#parts.store.runs.get(id);
    if (!run || !(this.#scheduler.drop(id) || this.#held.delete(id))) return "none";
    const outcome = { kind: "cancelled", answer: "", error: undefined, steps: 0, usage: undefined } as const;
    settle({ run, screen: this.#screenOf(run) }, this.#parts, outcome);
    this.#screens.delete(id);
    return "queued";
  }

  /** Ends the turn of a run and keeps its session; false where it does not run, or its engine cannot. */
  interrupt(id: string): boolean {
    if (this.#jobs.get(id)?.controls?.interrupt === undefined) return false;
    this.#stop(id, { kind: "cancelled", text: "Interrupted.", isInterrupt: true });
    return true;
  }

  /** Whether a run has yet to begin: it waits for its turn, or for somebody to say yes. */
  isWaiting(id: string): boolean {
    return this.#held.has(id) || this.#scheduler.waiting().includes(id);
  }

  /** Changes the task of a run that waits. @throws UserError where it is too long. */
  rewrite(id: string, prompt: string): void {
    checkPrompt(prompt, 0, this.#parts);
    this.#parts.store.runs.setPrompt(id, prompt);
  }

  isRunning(id: string): boolean {
    return this.#scheduler.isRunning(id);
  }

  /** The run under way that this prompt can be added to, and how: false where it was not taken. Never rejects. */
  steerable(prompt: Prompt, resolved: Resolved) {
    const job = findSteerable(prompt, resolved, { jobs: this.#jobs.values(), store: this.#parts.store });
    return job && { runId: job.run.id, steer: (text: string) => steer(job, text, this.#parts.log) };
  }

  /** Runs a run that was paused; false when it is not paused (any more). */
  release(id: string): boolean {
    if (!this.#held.delete(id)) return false;
    this.#released.add(id);
    this.start(id);
    return true;
  }

  /** Goes on waiting for a run that was told to be silent; false when it is not silent (any more). */
  wait(id: string): boolean {
    const wait = this.#jobs.get(id)?.wait;
    wait?.();
    return wait !== undefined;
  }

  /** Passes a reply to the question of a run on; false when it is not open, or another reply is on its way. */
  answer(runId: string, key: string, reply: Reply, user: { readonly id: string; readonly name: string }): boolean {
    return this.#jobs.get(runId)?.questions?.answer(key, reply, user) ?? false;
  }

  /**
   * Stores a run that goes on with one that was cut off, as if "continue" had been replied to it; for `start`, as of
   * `add`.
   *
   * @throws UserError where there is no session, or it is at work already.
   */
  addContinued(run: StoredRun, userId: string): string {
    const session = knownSession(run);
    if (session === null) throw new UserError("It cannot go on: it has no session.");
    const isAtWork = this.active(run.chatId).some((one) => one.engine === run.engine && knownSession(one) === session);
    if (isAtWork) throw new UserError("It goes on already.");
    const createdAt = this.#parts.now();
    const id = newRunId(createdAt);
    this.#parts.store.runs.add({ ...run, id, userId, prompt: "continue", resume: session, follows: null, createdAt });
    return id;
  }

  /** Runs of a chat that run, wait or are paused, in this order. */
  active(chatId: string): StoredRun[] {
    const ids = [...this.#scheduler.running(), ...this.#scheduler.waiting(), ...this.#held];
    return ids.flatMap((id) => this.#parts.store.runs.get(id) ?? []).filter((run) => run.chatId === chatId);
  }

  get isIdle(): boolean {
    return this.#scheduler.running().length === 0;
  }

  /** Ends what runs, as interrupted, and starts nothing more. Waiting runs stay stored for the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const closed = this.#scheduler.close();
    for (const id of this.#stops.keys()) {
      this.#stop(id, { kind: "interrupted", text: "Interrupted: takopi was shut down." });
    }
    await closed;
    for (const screen of this.#screens.values()) screen.close();
  }

  async #start(id: string): Promise<void> {
    const run = this.#parts.store.runs.get(id);
    if (!run || this.#hold(run)) return;
    const controller = new AbortController();
    this.#stops.set(id, controller);
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    const job: Job = {
      run,
      over,
      screen: this.#screenOf(run),
      signal: controller.signal,
      claim: (session) => this.#scheduler.claim(id, `${run.engine}:${session}`),
    };
    this.#jobs.set(id, job);
    const timer = this.#limitTime(id);
    try {
      await runJob(job, this.#parts);
    } finally {
      clearTimeout(timer);
      end();
      for (const map of [this.#jobs, this.#stops, this.#screens]) map.delete(id);
    }
  }

  /** Past the day's budget a run waits until somebody says that it may cost more. */
  #hold(run: StoredRun): boolean {
    const text = overBudget(this.#parts);
    if (text === undefined || this.#released.delete(run.id)) return false;
    this.#held.add(run.id);
    const ask = { text, yes: "run" } as const;
    this.#screenOf(run).show({ label: "paused", progress: initialProgress(), since: run.createdAt, ask });
    return true;
  }

  #limitTime(id: string): NodeJS.Timeout | undefined {
    const minutes = this.#parts.config().limits.run_minutes;
    if (minutes === undefined) return undefined;
    const text = `Stopped after ${minutes} min: that is limits.run_minutes; raise it for longer tasks.`;
    return setTimeout(() => this.#stop(id, { kind: "error", text }), timerMs(minutes)).unref();
  }

  #stop(id: string, reason: StopReason): void {
    this.#stops.get(id)?.abort(reason);
  }

  #showPlace(id: string, place: number): void {
    const run = this.#parts.store.runs.get(id);
    if (!run) return;
    this.#screenOf(run).show({ label: "queued", place, progress: initialProgress(), since: run.createdAt });
  }

  #screenOf(run: StoredRun): Screen {
    const known = this.#screens.get(run.id);
    if (known) return known;
    const screen = this.#parts.screens.open(run);
    this.#screens.set(run.id, screen);
    return screen;
  }
}
