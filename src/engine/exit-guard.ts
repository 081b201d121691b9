import { randomUUID } from "node:crypto";
import { endMarkedNow, sendSignal } from "./marked.ts";

/**
 * Ends processes with this one, should it exit first, as on a second Ctrl-C: there is no time left then for a signal
 * that asks.
 */
export class ExitGuard {
  /** Begins the mark of every live process of this guard. */
  readonly livePrefix: string;
  /** The leaders of what runs, by run. */
  readonly #living = new Map<string, number>();
  readonly #end = (): void => this.endNow();

  /** @param owner who starts the processes: a bridge that is started again after a kill has the same one. */
  constructor(owner: string = randomUUID()) {
    this.livePrefix = `live-${owner}-`;
  }

  /** Call what it returns as soon as the leader has exited. */
  add(runId: string, leader: number): () => void {
    if (this.#living.size === 0) process.once("exit", this.#end);
    this.#living.set(runId, leader);
    return () => {
      this.#living.delete(runId);
      if (this.#living.size === 0) process.removeListener("exit", this.#end);
    };
  }

  /** Kills what runs, now. */
  endNow(): void {
    if (this.#living.size === 0) return;
    for (const leader of this.#living.values()) sendSignal(-leader, "SIGKILL");
    endMarkedNow([...this.#living.keys()]);
  }
}
