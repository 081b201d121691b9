export interface WindowLimits {
  /** Within any `windowMs`. */
  readonly calls: number;
  readonly windowMs: number;
  /** So many of them may go at once. */
  readonly burst: number;
  /** Between the others, so that a delay on their way bunches few of them. */
  readonly spacingMs: number;
}

/** Holds calls to a number in any window of time. Times are ms of one monotonic clock. */
export class Window {
  readonly #limits: WindowLimits;
  /** When the calls of the last window went, oldest first. */
  #taken: number[] = [];

  constructor(limits: WindowLimits) {
    this.#limits = limits;
  }

  /** When the next call may go; not before `now`. */
  readyAt(now: number): number {
    const { calls, windowMs, burst, spacingMs } = this.#limits;
    this.#taken = this.#taken.filter((at) => at > now - windowMs);
    const last = this.#taken.at(-1);
    if (last === undefined || this.#taken.length < burst) return now;
    const oldestOfFull = this.#taken[this.#taken.length - calls];
    return Math.max(now, last + spacingMs, oldestOfFull === undefined ? now : oldestOfFull + windowMs);
  }

  take(now: number): void {
    this.#taken.push(now);
  }
}
