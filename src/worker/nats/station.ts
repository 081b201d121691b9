import { setTimeout as delay } from "node:timers/promises";
import { BOUNDS } from "../../bounds.ts";
import type { MachinesTable } from "../../config/machines.ts";
import { UserError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import type { WorkerJobs } from "../../store/worker-jobs.ts";
import type { Worker } from "../port.ts";
import { Carrier } from "./carrier.ts";
import { Desk } from "./desk.ts";
import { Lease } from "./lease.ts";
import { PROTOCOL } from "./names.ts";
import { openPost, type Post } from "./post.ts";
import type { Beat, JobMessage } from "./schema.ts";
import { ToolCalls } from "./tool-calls.ts";

export interface StationOptions {
  readonly machine: string;
  readonly machines: MachinesTable;
  readonly worker: Worker;
  readonly jobs: WorkerJobs;
  /** What the machine says of itself. */
  readonly facts: () => Omit<Beat, "running" | "protocol">;
  /** How many runs there may be at once. */
  readonly limit: () => number;
  readonly log: Logger;
  readonly now: () => number;
}

/** Serves a bridge elsewhere from this machine. */
export class Station {
  /** Calls of takopi's own tools by runs here. */
  readonly tools: ToolCalls;
  readonly #options: StationOptions;
  readonly #post: Post;
  readonly #lease: Lease;
  readonly #carrier: Carrier;
  readonly #desk: Desk;
  readonly #ended = new AbortController();
  #stopAnswering: (() => void) | undefined;
  #isServing = false;

  /** @throws ConfigError if the key or the certificate cannot be read. */
  constructor(options: StationOptions) {
    this.#options = options;
    const { machine, machines, log, facts } = options;
    this.#post = openPost({ machines, as: machine, log, onUp: () => this.#begin() });
    const post = this.#post;
    const beat = () => ({ ...facts(), protocol: PROTOCOL, running: this.#carrier.running });
    this.#lease = new Lease({ machine, beats: post.beats, beat });
    this.tools = new ToolCalls(machine);
    const own = { post, tools: this.tools };
    const { instance } = facts();
    this.#carrier = new Carrier({ ...options, ...own, instance, epoch: () => this.#lease.epoch });
    this.#desk = new Desk({ ...options, ...own, carrier: this.#carrier });
  }

  /** Resolves once `signal` has aborted and nothing runs any more. @throws UserError if another worker has the name. */
  async serve(signal: AbortSignal): Promise<void> {
    const { machine, worker, jobs, now } = this.#options;
    jobs.prune(now() - 2 * BOUNDS.machines.keptMs);
    const beating = setInterval(() => void this.#beat(), BOUNDS.machines.beatMs);
    const until = AbortSignal.any([signal, this.#ended.signal]);
    await new Promise<void>((resolve) => {
      until.addEventListener("abort", () => resolve(), { once: true });
      if (until.aborted) resolve();
    });
    clearInterval(beating);
    this.#stopAnswering?.();
    const failure: unknown = this.#ended.signal.reason;
    this.#ended.abort();
    await this.#carrier.close(`Interrupted: takopi was shut down on ${machine}.`);
    await worker.close();
    await this.#lease.leave().catch(() => {});
    await this.#post.connection.close();
    if (failure instanceof UserError) throw failure;
  }

  /** The broker is there, for the first time or again. */
  async #begin(): Promise<void> {
    const { machine, log } = this.#options;
    // A look at a table that is just being made may never be answered (server 2.9.10).
    if (!this.#isServing) await this.#post.beats.requireTable();
    await this.#hold();
    if (this.#isServing || this.#ended.signal.aborted) return;
    this.#isServing = true;
    await this.#carrier.recover();
    this.#stopAnswering = this.#post.calls.answer(machine, this.#desk.answer);
    void this.#takeJobs();
    log.info({ machine, epoch: this.#lease.epoch }, "worker.ready");
  }

  async #beat(): Promise<void> {
    if (!this.#post.connection.isUp) return;
    await this.#hold().catch((error: unknown) => this.#options.log.warn({ err: error }, "worker.beat_failed"));
  }

  /** Somebody else with this name ends everything here. */
  async #hold(): Promise<void> {
    try {
      await this.#lease.hold();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#ended.abort(error);
    }
  }

  async #takeJobs(): Promise<void> {
    const { machine, log } = this.#options;
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        for await (const { body, ack } of this.#post.streams.jobs(machine, signal)) {
          await this.#take((await this.#post.values.unpack(machine, body)) as Partial<JobMessage> | undefined);
          ack();
          log.debug({}, "worker.acknowledged");
        }
      } catch (error) {
        log.warn({ err: error }, "worker.no_jobs");
      }
      await delay(BOUNDS.machines.retryMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async #take({ protocol, jobId, spec }: Partial<JobMessage> = {}): Promise<void> {
    if (jobId === undefined) this.#options.log.error({}, "worker.job_not_understood");
    else if (protocol !== PROTOCOL) await this.#refuse(jobId);
    else if (spec) this.#carrier.take(jobId, spec);
    else this.#carrier.command(jobId, { type: "stop", reason: "Stopped while this machine was away." });
  }

  async #refuse(jobId: string): Promise<void> {
    const { machine, facts } = this.#options;
    const reason = `takopi ${facts().version} on ${machine} does not understand this bridge: bring both to one version.`;
    const body = await this.#post.values.pack(machine, { type: "fenced", reason });
    await this.#post.streams.add(machine, jobId, { body, id: `${jobId}:fence`, after: 0 });
  }
}
