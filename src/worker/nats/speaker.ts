import { setTimeout as delay } from "node:timers/promises";
import { BOUNDS } from "../../bounds.ts";
import type { WorkerJobs } from "../../store/worker-jobs.ts";
import type { Post } from "./post.ts";
import type { Said, SentEvent } from "./schema.ts";
import { OutOfTurn } from "./streams.ts";

export interface SpeakerOptions {
  readonly machine: string;
  readonly jobId: string;
  readonly jobs: WorkerJobs;
  readonly post: Post;
  /** Ends the attempts; the next start takes them up. */
  readonly signal: AbortSignal;
  /** The run is no longer this machine's. */
  readonly onLost: () => void;
}

type Text = Extract<SentEvent, { type: "text" }>;

/** Tells the broker what a run says: stored first, in its order, until the broker has it. */
export class Speaker {
  readonly #options: SpeakerOptions;
  #working: Promise<void> | undefined;
  /** Said once there is nothing before it to say, unless something newer comes. */
  #text: Text | undefined;
  #waiting = 0;
  #isLost = false;

  constructor(options: SpeakerOptions) {
    this.#options = options;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** With `isLast` the run has ended with it. */
  say(said: Said, isLast = false): void {
    if (this.#isLost) return;
    const event = said.type === "event" ? said.event : undefined;
    if (event?.type === "text") this.#text = event;
    else {
      this.#text = undefined;
      // Only what counts is kept for a broker that stays away.
      if (event?.type === "action" && this.#waiting > BOUNDS.machines.waitingEvents) return;
      this.#keep(said, isLast);
    }
    void this.told();
  }

  /** Resolves when the broker has everything, the run is lost, or `signal` has aborted. */
  told(): Promise<void> {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  #keep(said: Said, isLast: boolean): void {
    const { jobs, jobId } = this.#options;
    jobs.say(jobId, said, isLast);
    this.#waiting += 1;
  }

  async #work(): Promise<void> {
    const { signal, jobs, jobId, post } = this.#options;
    while (!signal.aborted && !this.#isLost) {
      if (!jobs.next(jobId) && this.#text) {
        const event = this.#text;
        this.#text = undefined;
        this.#keep({ type: "event", event }, false);
      }
      try {
        if (!(await this.#tellNext())) return;
      } catch (error) {
        if (error instanceof OutOfTurn) return this.#lose();
        post.log.warn({ err: error, jobId }, "worker.not_told");
        await delay(BOUNDS.machines.retryMs, undefined, { signal, ref: false }).catch(() => {});
      }
    }
  }

  /** False if there is nothing to tell. */
  async #tellNext(): Promise<boolean> {
    const { jobs, jobId, machine, post } = this.#options;
    const saying = jobs.next(jobId);
    if (!saying) return false;
    const body = await post.values.pack(machine, saying.body);
    const after = jobs.get(jobId)?.lastSeq ?? 0;
    const seq = await post.streams.add(machine, jobId, { body, id: `${jobId}:${saying.n}`, after });
    jobs.said(jobId, saying.n, seq);
    this.#waiting = Math.max(0, this.#waiting - 1);
    return true;
  }

  #lose(): void {
    const { jobs, jobId, post, onLost } = this.#options;
    this.#isLost = true;
    post.log.warn({ jobId }, "worker.run_lost");
    jobs.giveUp(jobId);
    onLost();
  }
}
