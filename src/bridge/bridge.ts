import type { PromptFile } from "../domain/files.ts";
import type { PreferencePlace } from "../store/preferences.ts";
import type { StopReason, StoredRun } from "../store/stored-run.ts";
import type { Worker } from "../worker/port.ts";
import { addRun } from "./add-run.ts";
import { putFiles } from "./fetch-files.ts";
import { Job } from "./job.ts";
import { Jobs } from "./jobs.ts";
import { checkPrompt, isElsewhere, overBudget } from "./limits.ts";
import type { BridgeOptions } from "./options.ts";
import { orderWith } from "./queue-order.ts";
import { takeOver } from "./recover.ts";
import type { Prompt, Resolved } from "./resolve.ts";
import { Scheduler } from "./scheduler.ts";
import { sendFile } from "./send-files.ts";
import { repeatRun, resumeRun } from "./sequel.ts";
import { isSteerable } from "./steer.ts";
import { threadOf } from "./thread.ts";
import { Threads } from "./threads.ts";
import { Tickets } from "./tickets.ts";
import { addToTurn } from "./waiting.ts";
import { Watchers } from "./watchers.ts";

/** The part of a job that callers may use. The bridge itself starts, drops and ends runs. */
export type OpenJob = Pick<Job, Shown | "answer" | "fetch" | "interrupt" | "steer" | "takeBack" | "wait">;
type Shown = "id" | "isWaiting" | "goal" | "lastEvents" | "showWaiting";

/** Runs, from the moment they are asked for to their stored outcome: queue, thread, cancel, shutdown. */
export class Bridge {
  readonly threads: Threads;
  readonly tickets: Tickets;
  readonly #options: BridgeOptions;
  readonly #scheduler: Scheduler;
  readonly #jobs = new Jobs((id) => this.tickets.ended(id));
  readonly #watchers = new Watchers();
  readonly #tellWatchers: Watchers["tell"] = (id, event) => this.#watchers.tell(id, event);
  #isDraining = false;
  #isClosed = false;

  constructor(options: BridgeOptions) {
    this.#options = options;
    this.#scheduler = new Scheduler({
      limit: () => options.config().limits.parallel_runs,
      isElsewhere: (id) => isElsewhere(id, options),
      start: (id) => this.#start(id),
      onPlace: (id, place, thread) => {
        const ahead = this.#jobs.get(this.#scheduler.runnerOf(thread) ?? "");
        this.#jobs.get(id)?.showPlace(place, { ahead, threads: this.threads, isDraining: this.#isDraining });
      },
    });
    this.threads = new Threads(options, (thread) => this.#occupy(thread));
    this.tickets = new Tickets(options, this);
  }

  /**
   * Stores a run without starting it, so that one transaction can store it with the update that asked for it. Pass its
   * id to `start` afterwards.
   *
   * @throws UserError if a limit is reached.
   */
  add(prompt: Prompt, resolved: Resolved): string {
    return addRun(prompt, resolved, this.#jobs.queuedIn(prompt.chatId), this.#options);
  }

  /** Queues a stored run: it starts at once, or shows its place. After `close` it waits for the next start. */
  start(id: string): void {
    const { runs } = this.#options.store;
    const run = this.#isClosed ? undefined : runs.get(id);
    if (!run) return;
    const options = { ...this.#options, passes: this.tickets.passes, onEvent: this.#tellWatchers };
    const claim = (thread?: string) => {
      if (thread !== undefined) this.#scheduler.claim(id, thread);
      this.#scheduler.tellAgain(id);
    };
    this.#jobs.add(new Job(run, options, claim));
    this.#scheduler.submit(id, threadOf(run, runs), run.chatId);
  }

  /** Takes up what the last bridge left. */
  async recover(): Promise<void> {
    for (const id of await takeOver(this.#options)) this.start(id);
    this.tickets.start();
    this.#options.screens.deliver();
  }

  /** Ends a running run or drops a waiting one. "none" if its outcome is known. */
  cancel(id: string): "running" | "queued" | "none" {
    const job = this.#jobs.get(id);
    if (!job || job.state === "ended") return "none";
    if (!job.isWaiting) {
      job.stop({ kind: "cancelled", text: "Cancelled." });
      return "running";
    }
    this.#scheduler.drop(id);
    void job.drop().then(() => this.#jobs.forget(id, this.#scheduler.over(id)));
    return "queued";
  }

  /** A run that waits or runs, or of which something still lives. */
  job(id: string): OpenJob | undefined {
    return this.#jobs.get(id);
  }

  /** Has the events of a run told until the result is called. */
  readonly watch: Watchers["add"] = (id, watcher) => this.#watchers.add(id, watcher);

  /** Runs of a chat that wait for their turn, in the order in which they are looked at. */
  waiting(chatId: string): StoredRun[] {
    return this.#scheduler.waiting(chatId).flatMap((id) => this.#options.store.runs.get(id) ?? []);
  }

  /** Moves a waiting run to a place among those of its chat, 1 = next. @throws UserError if it continues one of them. */
  move(id: string, place: number): void {
    const { runs } = this.#options.store;
    const order = orderWith(id, place, this.waiting(runs.get(id)?.chatId ?? ""));
    runs.setOrder(order);
    this.#scheduler.reorder(order);
  }

  /**
   * Resolves when a run has ended and its session is free, at once if it has; never after `close`, which leaves what
   * waits for the next start.
   */
  ended(id: string): Promise<void> {
    return this.#jobs.forgotten(id);
  }

  /** Changes the task of a run that waits. @throws UserError if it is too long. */
  rewrite(id: string, prompt: string): void {
    checkPrompt(prompt, 0, this.#options);
    this.#options.store.runs.setPrompt(id, prompt);
  }

  /** Reads something of the machine that works. @throws UserError */
  readonly look: Worker["look"] = (name, input) => this.#options.worker.look(name, input);
  readonly isInstalled: Worker["isInstalled"] = (engine, place) => this.#options.worker.isInstalled(engine, place);

  isRunning(id: string): boolean {
    return this.#jobs.get(id)?.isWaiting === false;
  }

  /**
   * Sends a file of a run's directory, or of another place, to a conversation: stored, then sent until it is there.
   *
   * @throws UserError if it cannot be sent.
   */
  readonly sendFile = (path: string, where: Parameters<typeof sendFile>[1]) => sendFile(path, where, this.#options);

  /** Puts files of messages into a place, for nobody's run: see `putFiles`. @throws `signal.reason` once aborted */
  putFiles(files: readonly PromptFile[], target: Parameters<typeof putFiles>[1]): ReturnType<typeof putFiles> {
    return putFiles(files, target, this.#options);
  }

  /** The run under way that this prompt can be added to: see `Job.steer`. */
  steerable(prompt: Prompt, resolved: Resolved): OpenJob | undefined {
    const { store } = this.#options;
    return this.#jobs.all().find((one) => one.canSteer && isSteerable(one.id, { prompt, resolved, store }));
  }

  /** Adds the task of a waiting run to the turn that it waits for: false if that is not possible (any more). */
  addToTurn(id: string): Promise<boolean> {
    return addToTurn(id, { jobs: this.#jobs, scheduler: this.#scheduler, store: this.#options.store });
  }

  /** Runs a run that waits, or was taken back, after `change` has changed what is stored of it. False if it has ended. */
  async extend(id: string, change: () => void): Promise<boolean> {
    await this.#scheduler.over(id);
    const { runs } = this.#options.store;
    runs.requeue(id);
    if (!this.#jobs.get(id)?.isWaiting) return false;
    change();
    this.release(id);
    return true;
  }

  /** Runs a run that was paused; false unless it is paused. */
  release(id: string): boolean {
    const job = this.#jobs.get(id);
    const run = job?.release() ? this.#options.store.runs.get(id) : undefined;
    if (!job || !run) return false;
    // Behind those that wait already.
    this.#jobs.add(job);
    this.#scheduler.submit(id, threadOf(run, this.#options.store.runs), run.chatId);
    return true;
  }

  /** Stores a run that comes after an ended one, once; for `start`, like `add`. @throws UserError */
  addSequel(run: StoredRun, how: "resume" | "again", userId: string): string {
    const asked = { ...run, userId };
    if (how === "resume") return resumeRun(asked, this.active(run.chatId), this.#options);
    return repeatRun(asked, this.#jobs.queuedIn(run.chatId), this.#options);
  }

  /** Runs of a chat that run, wait or are paused, in this order. */
  active(chatId: string): StoredRun[] {
    return this.#jobs.openIn(chatId).flatMap((id) => this.#options.store.runs.get(id) ?? []);
  }

  /** Says something in a conversation; `body` is Markdown. */
  tell({ chatId, topicId }: PreferencePlace, body: string): void {
    const { store, screens, now } = this.#options;
    store.deliveries.add({ chatId, topicId, body, createdAt: now() });
    screens.deliver();
  }

  /** How many runs are under way. */
  get running(): number {
    return this.#scheduler.running;
  }

  /** Starts nothing more, and says so to what waits for the next start; resolves when nothing runs. */
  drain(): Promise<void> {
    this.#isDraining = true;
    const drained = this.#scheduler.close();
    this.#scheduler.tellAgain();
    return drained;
  }

  /** Ends what runs, as interrupted, and starts nothing more. Waiting runs stay stored for the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.tickets.close();
    const closed = this.#scheduler.close();
    const reason: StopReason = { kind: "interrupted", text: "Interrupted: takopi was shut down." };
    for (const job of this.#jobs.all()) if (!job.isWaiting) job.shutDown(reason);
    await closed;
    for (const job of this.#jobs.all()) job.close();
  }

  async #start(id: string): Promise<void> {
    const job = this.#jobs.get(id);
    // Past the day's budget a run waits until a person says that it may cost more.
    const text = overBudget(this.#options);
    if (!job || (text !== undefined && job.hold(text))) return;
    await job.run();
    if (!job.isWaiting) this.#jobs.forget(id, this.#scheduler.over(id));
  }

  /**
   * Keeps runs off a thread until the result is called; undefined if it has one. A run whose outcome was told already
   * is waited for: only its processes have yet to end.
   */
  async #occupy(thread: string): Promise<(() => void) | undefined> {
    for (const { id, state } of this.#jobs.all()) {
      if (state === "ended" && this.#scheduler.holds(id, thread)) await this.#scheduler.over(id);
    }
    return this.#scheduler.occupy(thread);
  }
}
