import { setTimeout as delay } from "node:timers/promises";
import { BOUNDS } from "../../bounds.ts";
import type { RemoteOptions } from "./remote.ts";
import type { CallMessage } from "./schema.ts";

export interface LossOptions extends RemoteOptions {
  readonly jobId: string;
  /** Whether the machine has begun to speak of the run, so that it has taken the task. */
  readonly hasSpoken: () => boolean;
  readonly call: (message: CallMessage) => Promise<unknown>;
  readonly onLost: () => void;
  /** The run is over. */
  readonly over: AbortSignal;
}

/** Finds out whether a worker that was started anew still has a run: its state may be gone. */
export class Loss {
  readonly #options: LossOptions;
  /** The start of the worker that was asked last, ms since 1970. */
  #askedOf: number | undefined;

  /** @param isNew The task has just been sent: a worker that is there loses nothing by itself. */
  constructor(options: LossOptions, isNew: boolean) {
    this.#options = options;
    if (isNew) this.#askedOf = this.#startedAt();
  }

  /** Asks each worker once. */
  look(): void {
    const startedAt = this.#startedAt();
    if (startedAt === undefined || startedAt === this.#askedOf) return;
    this.#askedOf = startedAt;
    void this.#ask(startedAt);
  }

  #startedAt(): number | undefined {
    const { state, beat } = this.#options.roll.of(this.#options.machine);
    return state === "up" ? beat?.startedAt : undefined;
  }

  async #ask(startedAt: number): Promise<void> {
    const { machine, jobId, post, call, onLost, over } = this.#options;
    while (!over.aborted && this.#askedOf === startedAt) {
      try {
        // The order counts: what the broker no longer has was taken before the worker is asked.
        if (await this.#isTaken()) {
          if ((await call({ call: "holds", jobId })) === false) onLost();
          return;
        }
      } catch (error) {
        post.log.debug({ err: error, machine, jobId }, "machine.not_asked");
      }
      await delay(BOUNDS.machines.retryMs, undefined, { signal: over, ref: false }).catch(() => {});
    }
  }

  async #isTaken(): Promise<boolean> {
    const { hasSpoken, post, machine } = this.#options;
    return hasSpoken() || !(await post.streams.hasJobs(machine));
  }
}
