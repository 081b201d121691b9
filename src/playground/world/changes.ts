import type { PageEvent } from "../protocol.ts";

/** Announces what happens: to the page as events, to tests that wait as a sign to look again. */
export class Changes {
  readonly #listeners = new Set<(event: PageEvent) => void>();
  readonly #watchers = new Set<() => void>();

  /** Returns the way to stop listening. */
  subscribe(listener: (event: PageEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: PageEvent): void {
    for (const listener of this.#listeners) listener(event);
    this.touch();
  }

  /** A change that the page does not hear. */
  touch(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  /**
   * Resolves with what `find` gives once that is truthy; it is asked at once and after every change.
   *
   * @throws Error with `describe()` as its text after `timeoutMs`, or whatever `find` throws.
   */
  async until<T>(find: () => T, timeoutMs: number, describe: () => string): Promise<NonNullable<T>> {
    return await new Promise((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer);
        this.#watchers.delete(look);
      };
      const look = () => {
        try {
          const found = find();
          if (!found) return;
          finish();
          resolve(found);
        } catch (error) {
          finish();
          reject(error);
        }
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(describe()));
      }, timeoutMs);
      this.#watchers.add(look);
      look();
    });
  }
}
