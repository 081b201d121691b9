import type { RunCommand } from "../../domain/run.ts";
import { plainUserText } from "../../errors.ts";
import type { WorkerJob } from "../../store/worker-jobs.ts";
import type { WorkerEvent, WorkerRun } from "../port.ts";
import type { CarrierOptions } from "./carrier.ts";
import type { Speaker } from "./speaker.ts";

export interface CarriedOptions extends CarrierOptions {
  readonly job: WorkerJob;
  readonly speaker: Speaker;
}

/** One run of this machine for a bridge elsewhere; begins at once. */
export class Carried {
  /** Resolves when nothing of the run lives, and all that it said is stored. */
  readonly over: Promise<void>;
  readonly #options: CarriedOptions;
  #run: WorkerRun | undefined;
  #stop: RunCommand | undefined;
  #hasCompleted = false;

  constructor(options: CarriedOptions) {
    this.#options = options;
    this.over = this.#carry();
  }

  send(command: RunCommand): void {
    if (command.type === "stop" || command.type === "interrupt") this.#stop ??= command;
    this.#run?.send(command);
  }

  /** Resolves when the broker has all that the run said. */
  told(): Promise<void> {
    return this.#options.speaker.told();
  }

  /** The run is another's now. */
  lose(): void {
    this.send({ type: "stop", reason: "The bridge has given this run up." });
  }

  async #carry(): Promise<void> {
    const { job, worker, post } = this.#options;
    const { runId, engine } = job.spec;
    try {
      if (!(await this.#claim())) return;
      this.#run = worker.run(job.spec);
      if (this.#stop) this.#run.send(this.#stop);
      for await (const event of this.#run.events) this.#hear(event);
    } catch (error) {
      post.log.error({ err: error, runId }, "worker.run_failed");
      this.#run?.send({ type: "stop", reason: "The worker could not store it." });
      if (this.#hasCompleted) return;
      this.#say({ type: "completed", engine, ok: false, answer: "", error: plainUserText(error, runId) });
    }
  }

  /** The first word on a run makes it this machine's; false if somebody was there before. */
  async #claim(): Promise<boolean> {
    const { job, machine, epoch, jobs, speaker } = this.#options;
    if (!jobs.next(job.id) && job.lastSeq === 0) speaker.say({ type: "claimed", machine, epoch: epoch() });
    await speaker.told();
    return !speaker.isLost && jobs.next(job.id) === undefined;
  }

  #hear(event: WorkerEvent): void {
    const { job, jobs } = this.#options;
    // Its engine starts once this is dealt with.
    if (event.type === "placed") jobs.begin(job.id);
    else if (event.type === "started") jobs.setSession(job.id, event.resume.value);
    if (event.type === "process") jobs.setProcess(job.id, event.mark);
    else this.#say(event);
  }

  #say(event: Exclude<WorkerEvent, { type: "process" }>): void {
    const isLast = event.type === "completed";
    this.#hasCompleted ||= isLast;
    const isStopped = isLast && this.#stop !== undefined;
    this.#options.speaker.say({ type: "event", event, ...(isStopped && { isStopped }) }, isLast);
  }
}
