import type { PageEvent } from "../protocol.ts";

const LOOK_MS = 100;

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
   * Resolves with what `find` gives once that is truthy; it is asked at once, after every change, and
   * now and then, since it may be about more than this world, such as a file.
   *
   * @throws Error with `describe()` as its text after `timeoutMs`, or whatever `find` throws.
   */
  async until<T>(find: () => T, timeoutMs: number, describe: () => string): Promise<NonNullable<T>> {
    return await new Promise((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer);
        clearInterval(again);
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
      const again = setInterval(look, LOOK_MS);
      this.#watchers.add(look);
      look();
    });
  }
}
