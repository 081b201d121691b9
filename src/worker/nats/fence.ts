import { setTimeout as delay } from "node:timers/promises";
import { BOUNDS } from "../../bounds.ts";
import { PROTOCOL } from "./names.ts";
import type { RemoteOptions } from "./remote.ts";
import { readSaid } from "./schema.ts";
import { OutOfTurn } from "./streams.ts";

export interface FenceOptions extends RemoteOptions {
  readonly jobId: string;
}

/**
 * Takes a run from its machine: the broker refuses all that the machine says of it from then on, and the machine ends the
 * run when it hears of that.
 */
export class Fence {
  readonly #options: FenceOptions;
  #isRaised = false;
  constructor(options: FenceOptions) {
    this.#options = options;
  }

  /** Tries until it is up, the run has ended, or `signal` aborts. Does nothing if it was raised before. */
  async raise(reason: string, signal: AbortSignal): Promise<void> {
    if (this.#isRaised) return;
    this.#isRaised = true;
    const { machine, jobId, post } = this.#options;
    while (!signal.aborted) {
      try {
        if (!(await this.#add(reason))) return;
        await post.streams.sendJob(
          machine,
          await post.values.pack(machine, { protocol: PROTOCOL, jobId }),
          `${jobId}:stop`,
        );
        return;
      } catch (error) {
        if (error instanceof OutOfTurn) continue;
        post.log.warn({ err: error, machine, jobId }, "machine.not_fenced");
        await delay(BOUNDS.machines.retryMs, undefined, { signal, ref: false }).catch(() => {});
      }
    }
  }

  /** False if the run has ended by itself. */
  async #add(reason: string): Promise<boolean> {
    const { machine, jobId, post } = this.#options;
    const { streams, values } = post;
    const last = await streams.last(machine, jobId);
    const said = last && readSaid(await values.unpack(machine, last.body));
    if (said?.type === "event" && said.event.type === "completed") return false;
    const body = await values.pack(machine, { type: "fenced", reason });
    await streams.add(machine, jobId, { body, id: `${jobId}:fence`, after: last?.seq ?? 0 });
    return true;
  }
}
