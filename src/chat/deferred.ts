import type { Logger } from "../log.ts";

/** Work that continues after its handler has returned. */
export class Deferred {
  readonly #open = new Set<Promise<void>>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => this.#log.error({ err: error }, "deferred.failed"))
      .finally(() => this.#open.delete(done));
    this.#open.add(done);
  }

  /** Resolves when none is left. */
  async idle(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }
}
