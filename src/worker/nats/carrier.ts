import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { BOUNDS } from "../../bounds.ts";
import type { RunCommand, RunSpec } from "../../domain/run.ts";
import type { WorkerJob, WorkerJobs } from "../../store/worker-jobs.ts";
import type { Worker } from "../port.ts";
import { Carried } from "./carried.ts";
import type { Post } from "./post.ts";
import { Speaker, type SpeakerOptions } from "./speaker.ts";
import type { ToolCalls } from "./tool-calls.ts";

export interface CarrierOptions extends Pick<SpeakerOptions, "machine" | "instance"> {
  readonly worker: Worker;
  readonly jobs: WorkerJobs;
  readonly post: Post;
  readonly tools: ToolCalls;
  /** The number of the machine's line at the broker. */
  readonly epoch: () => number;
  /** How many runs there may be at once. */
  readonly limit: () => number;
  readonly now: () => number;
}

/** Carries out the runs of this machine. */
export class Carrier {
  readonly #options: CarrierOptions;
  readonly #runs = new Map<string, Carried>();
  readonly #waiting: WorkerJob[] = [];
  readonly #closing = new AbortController();

  constructor(options: CarrierOptions) {
    this.#options = options;
    // Each run waits for it while the broker is away.
    setMaxListeners(0, this.#closing.signal);
  }

  get running(): number {
    return this.#runs.size;
  }

  /** Takes up what the last worker left: what had begun is cut off, what had not begins. */
  async recover(): Promise<void> {
    const { jobs, worker, machine } = this.#options;
    const open = jobs.open();
    const begun = open.filter(({ state }) => state === "begun");
    await worker.recover(
      begun.map(({ spec, process }) => ({
        ...{ runId: spec.runId, hasBegun: true, process: process ?? undefined, ...projectOf(spec) },
      })),
    );
    for (const { id, spec, session } of begun) {
      const error = `Interrupted: takopi was restarted on ${machine} while this was running.`;
      const resume = session === null ? {} : { resume: { engine: spec.engine, value: session } };
      const event = { type: "completed", engine: spec.engine, ok: false, answer: "", error, ...resume } as const;
      jobs.say(id, { type: "event", event }, true);
    }
    for (const id of jobs.unsaid()) void this.#speaker(id, () => {}).told();
    this.#waiting.push(...open.filter(({ state }) => state === "waiting"));
    this.#beginNext();
  }

  /** On the disk when it returns. What was taken before is not taken again. */
  take(jobId: string, spec: RunSpec): void {
    const { jobs, now, post } = this.#options;
    const isNew = jobs.add(jobId, spec, now());
    post.log.info({ jobId, isNew }, "worker.taken");
    if (!isNew) return;
    const job = jobs.get(jobId);
    if (job) this.#waiting.push(job);
    this.#beginNext();
  }

  /** Whether more is to come of a run: all that others have said of it is at the broker. */
  holds(jobId: string): boolean {
    const isOpen = this.#runs.has(jobId) || this.#waiting.some(({ id }) => id === jobId);
    return isOpen || this.#options.jobs.next(jobId) !== undefined;
  }

  /** False if the run is not here. */
  command(jobId: string, command: RunCommand): boolean {
    const index = this.#waiting.findIndex(({ id }) => id === jobId);
    const [job] = index === -1 ? [] : this.#waiting.splice(index, 1);
    const carried = job ? this.#begin(job) : this.#runs.get(jobId);
    carried?.send(command);
    return carried !== undefined;
  }

  /** Ends what runs; resolves when nothing of it lives. What the broker does not have yet is told at the next start. */
  async close(reason: string): Promise<void> {
    this.#waiting.length = 0;
    const runs = [...this.#runs.values()];
    for (const run of runs) run.send({ type: "stop", reason });
    await Promise.all(runs.map(({ over }) => over));
    const told = Promise.all(runs.map((run) => run.told()));
    await Promise.race([told, delay(BOUNDS.machines.retryMs, undefined, { ref: false })]);
    this.#closing.abort();
  }

  #beginNext(): void {
    while (this.#runs.size < this.#options.limit() && !this.#closing.signal.aborted) {
      const job = this.#waiting.shift();
      if (!job) return;
      this.#begin(job);
    }
  }

  #begin(job: WorkerJob): Carried {
    const carried: Carried = new Carried({
      ...this.#options,
      job,
      speaker: this.#speaker(job.id, () => carried.lose()),
    });
    this.#runs.set(job.id, carried);
    void carried.over.then(() => {
      this.#runs.delete(job.id);
      this.#beginNext();
    });
    return carried;
  }

  #speaker(jobId: string, onLost: () => void): Speaker {
    return new Speaker({ ...this.#options, jobId, signal: this.#closing.signal, onLost });
  }
}

const projectOf = ({ project }: RunSpec) => (project === undefined ? {} : { project });
