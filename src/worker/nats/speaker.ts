import { setTimeout as delay } from "node:timers/promises";
import { BOUNDS } from "../../bounds.ts";
import type { Saying, WorkerJobs } from "../../store/worker-jobs.ts";
import type { Post } from "./post.ts";
import type { Said, SentEvent } from "./schema.ts";
import { OutOfTurn } from "./streams.ts";

export interface SpeakerOptions {
  readonly machine: string;
  /** Of the state that keeps what is said: another worker of this name has another one. */
  readonly instance: string;
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
    this.#working ??= this.#work();
    return this.#working;
  }

  #keep(said: Said, isLast: boolean): void {
    const { jobs, jobId } = this.#options;
    jobs.say(jobId, said, isLast);
    this.#waiting += 1;
  }

  async #work(): Promise<void> {
    const { signal, jobs, jobId, post } = this.#options;
    // Lets `told` keep this promise before it is forgotten below, if there is nothing to say.
    await Promise.resolve();
    while (!signal.aborted && !this.#isLost) {
      const saying = this.#next();
      // Whoever says something from here on begins anew: nothing may come between the look and this.
      if (!saying) break;
      try {
        const seq = await this.#tell(saying);
        jobs.said(jobId, saying.n, seq);
        this.#waiting = Math.max(0, this.#waiting - 1);
      } catch (error) {
        if (error instanceof OutOfTurn) this.#lose();
        else post.log.warn({ err: error, jobId }, "worker.not_told");
        await delay(BOUNDS.machines.retryMs, undefined, { signal, ref: false }).catch(() => {});
      }
    }
    this.#working = undefined;
    if (!this.#isLost) post.log.debug({ jobId }, "worker.told");
  }

  #next(): Saying | undefined {
    const { jobs, jobId } = this.#options;
    const found = jobs.next(jobId);
    if (found || !this.#text) return found;
    const event = this.#text;
    this.#text = undefined;
    this.#keep({ type: "event", event }, false);
    return jobs.next(jobId);
  }

  async #tell({ n, body: said }: Saying): Promise<number> {
    const { jobs, jobId, machine, instance, post } = this.#options;
    const body = await post.values.pack(machine, said);
    const id = `${jobId}:${instance}:${n}`;
    return post.streams.add(machine, jobId, { body, id, after: jobs.get(jobId)?.lastSeq ?? 0 });
  }

  #lose(): void {
    const { jobs, jobId, post, onLost } = this.#options;
    this.#isLost = true;
    post.log.warn({ jobId }, "worker.run_lost");
    jobs.giveUp(jobId);
    onLost();
  }
}
