/** A refused call makes a bucket this much slower at most, and its burst no smaller than one. */
const SLOWEST = 4;
/** How many calls that pass undo one refusal. */
const RECOVERY = 20;

/**
 * A token bucket: `capacity` at once, then one each `refillMs`. A refusal halves its pace and its burst, each call that
 * passes gives a little of both back. Times are ms of one monotonic clock.
 */
export class Bucket {
  readonly #capacity: number;
  readonly #refillMs: number;
  /** 1 = the full pace. */
  #slowness = 1;
  #tokens: number;
  #at = 0;

  constructor(capacity: number, refillMs: number) {
    this.#capacity = capacity;
    this.#refillMs = refillMs;
    this.#tokens = capacity;
  }

  /** When `reserve` tokens would still be left after taking one; not before `now`. */
  readyAt(now: number, reserve: number): number {
    this.#refill(now);
    const missing = 1 + Math.min(reserve, this.#burst - 1) - this.#tokens;
    return missing <= 0 ? now : now + Math.ceil(missing * this.#refillMs * this.#slowness);
  }

  take(now: number): void {
    this.#refill(now);
    this.#tokens -= 1;
  }

  /** A call was refused for coming too soon. */
  refused(): void {
    this.#slowness = Math.min(SLOWEST, this.#slowness * 2);
    this.#tokens = Math.min(this.#tokens, 0);
  }

  /** A call passed. */
  passed(): void {
    this.#slowness = Math.max(1, this.#slowness - 1 / RECOVERY);
  }

  /** Full, at its full pace: nothing is lost if it is forgotten. */
  isFull(now: number): boolean {
    this.#refill(now);
    return this.#slowness === 1 && this.#tokens >= this.#capacity;
  }

  get #burst(): number {
    return Math.max(1, this.#capacity / this.#slowness);
  }

  #refill(now: number): void {
    if (now <= this.#at) return;
    const filled = this.#tokens + (now - this.#at) / (this.#refillMs * this.#slowness);
    this.#tokens = Math.min(this.#burst, filled);
    this.#at = now;
  }
}
