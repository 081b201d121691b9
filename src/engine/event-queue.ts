import type { RunEvent } from "../domain/events.ts";

/** Events of a run on their way to its one reader, who takes all there are at once. */
export class EventQueue<Event extends { readonly type: string } = RunEvent> {
  #events: Event[] = [];
  #wake: () => void = () => {};
  #drain: () => void = () => {};
  #isReaderIdle = false;
  #isOver = false;
  readonly #tell: (event: Event) => void;

  /** @param tell Hears each event as it is pushed. */
  constructor(tell: (event: Event) => void = () => {}) {
    this.#tell = tell;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  push(event: Event): void {
    this.#tell(event);
    // A reader that is behind needs only the newest text.
    if (event.type === "text" && this.#events.at(-1)?.type === "text") this.#events.pop();
    this.#events.push(event);
    this.#isReaderIdle = false;
    this.#wake();
  }

  /** No event comes after those that are in the queue. */
  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  /** Resolves when the reader has taken everything, or `release` is called. */
  drained(): Promise<void> {
    if (this.#isReaderIdle) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drain = resolve;
    });
  }

  release(): void {
    this.#drain();
  }

  async *batches(): AsyncGenerator<readonly Event[], void> {
    for (;;) {
      const batch = this.#events;
      this.#events = [];
      if (batch.length > 0) yield batch;
      else if (this.#isOver) return;
      else await this.#news();
    }
  }

  #news(): Promise<void> {
    this.#isReaderIdle = true;
    this.#drain();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
