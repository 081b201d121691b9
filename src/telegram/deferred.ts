/** Work that goes on after its handler has returned. */
export class Deferred {
  readonly #open = new Set<Promise<void>>();

  /** Takes work that never rejects. */
  add(work: Promise<void>): void {
    this.#open.add(work);
    void work.finally(() => this.#open.delete(work));
  }

  /** Resolves when none is left. */
  async idle(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }
}
