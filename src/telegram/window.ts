import { Bucket } from "./bucket.ts";

export interface WindowLimits {
  /** Within any `windowMs`. */
  readonly calls: number;
  readonly windowMs: number;
  /** So many of them may go at once. */
  readonly burst: number;
  /** Until one of the burst may go again, so that a delay on their way bunches few calls. */
  readonly spacingMs: number;
}

/**
 * Holds calls to a number in any window of time, whenever between its start and its answer the other side counts each.
 * Times are ms of one monotonic clock.
 */
export class Window {
  readonly #limits: WindowLimits;
  readonly #bucket: Bucket;
  /** Calls on their way. */
  #flying = 0;
  /** When the calls of the last window were answered, oldest first. */
  #answered: number[] = [];

  constructor(limits: WindowLimits) {
    this.#limits = limits;
    this.#bucket = new Bucket(limits.burst, limits.spacingMs);
  }

  /**
   * When the next call may go and leaves `reserve` of the burst to others; not before `now`. Infinity if a call has to be
   * answered first.
   */
  readyAt(now: number, reserve = 0): number {
    const { calls, windowMs } = this.#limits;
    this.#answered = this.#answered.filter((at) => at > now - windowMs);
    const excess = this.#flying + this.#answered.length - calls;
    const freeAt = excess < 0 ? now : (this.#answered[excess] ?? Number.POSITIVE_INFINITY) + windowMs;
    return Math.max(freeAt, this.#bucket.readyAt(now, reserve));
  }

  /** A call goes. */
  take(now: number): void {
    this.#flying++;
    this.#bucket.take(now);
  }

  /** One that went is over. */
  answered(now: number): void {
    this.#flying--;
    this.#answered.push(now);
  }
}
