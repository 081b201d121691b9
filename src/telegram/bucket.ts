/** A token bucket: `capacity` at once, then one each `refillMs`. Times are ms of one monotonic clock. */
export class Bucket {
  readonly #capacity: number;
  readonly #refillMs: number;
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
    const missing = 1 + Math.min(reserve, this.#capacity - 1) - this.#tokens;
    return missing <= 0 ? now : now + Math.ceil(missing * this.#refillMs);
  }

  take(now: number): void {
    this.#refill(now);
    this.#tokens -= 1;
  }

  isFull(now: number): boolean {
    this.#refill(now);
    return this.#tokens >= this.#capacity;
  }

  #refill(now: number): void {
    if (now <= this.#at) return;
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#at) / this.#refillMs);
    this.#at = now;
  }
}
