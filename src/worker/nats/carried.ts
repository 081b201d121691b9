import type { RunCommand } from "../../domain/run.ts";
import { plainUserText } from "../../errors.ts";
import type { WorkerJob } from "../../store/worker-jobs.ts";
import type { WorkerEvent, WorkerRun } from "../port.ts";
import type { CarrierOptions } from "./carrier.ts";
import type { SentEvent } from "./schema.ts";
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
  #hasEngine = false;

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
    const { job, worker, post, tools } = this.#options;
    const { runId, engine } = job.spec;
    let toolsToken: string | undefined;
    try {
      if (!(await this.#claim())) return;
      post.log.debug({ runId }, "worker.claimed");
      toolsToken = this.#admit();
      this.#run = worker.run({ ...job.spec, ...(toolsToken !== undefined && { toolsToken }) });
      if (this.#stop) this.#run.send(this.#stop);
      for await (const event of this.#run.events) this.#hear(event);
    } catch (error) {
      post.log.error({ err: error, runId }, "worker.run_failed");
      this.#run?.send({ type: "stop", reason: "The worker could not store it." });
      if (this.#hasCompleted) return;
      this.#say({ type: "completed", engine, ok: false, answer: "", error: plainUserText(error, runId) });
    } finally {
      if (toolsToken !== undefined) tools.dismiss(toolsToken);
    }
  }

  /** The token for the run's tools; undefined if the bridge offers none. */
  #admit(): string | undefined {
    const { job, speaker, tools } = this.#options;
    if (!job.spec.hasTools) return undefined;
    return tools.admit({ jobId: job.id, say: (said) => speaker.say(said) });
  }

  /** The first word on a run makes it this machine's; false if somebody was there before. */
  async #claim(): Promise<boolean> {
    const { job, machine, epoch, jobs, speaker } = this.#options;
    if (!jobs.next(job.id) && job.lastSeq === 0) speaker.say({ type: "claimed", machine, epoch: epoch() });
    await speaker.told();
    return !speaker.isLost && jobs.next(job.id) === undefined;
  }

  #hear(event: WorkerEvent): void {
    const { job, jobs, post } = this.#options;
    // Its engine starts once this is dealt with.
    if (event.type === "placed") {
      jobs.begin(job.id);
      post.log.info({ jobId: job.id, cwd: event.cwd }, "worker.begun");
    } else if (event.type === "started") jobs.setSession(job.id, event.resume.value);
    if (event.type === "process") {
      this.#hasEngine = true;
      jobs.setProcess(job.id, event.mark);
    } else this.#say(this.#hasEngine ? event : this.#named(event));
  }

  /** What went wrong before the engine began is this machine's affair. */
  #named(event: SentEvent): SentEvent {
    const { machine } = this.#options;
    if (event.type !== "completed" || event.error === undefined || this.#stop) return event;
    return { ...event, error: `On ${machine}: ${event.error}` };
  }

  #say(event: SentEvent): void {
    const isLast = event.type === "completed";
    this.#hasCompleted ||= isLast;
    const isStopped = isLast && this.#stop !== undefined;
    this.#options.speaker.say({ type: "event", event, ...(isStopped && { isStopped }) }, isLast);
    if (isLast) this.#options.post.log.info({ jobId: this.#options.job.id, ok: event.ok }, "worker.completed");
  }
}
