import type { Slot } from "../../src/engine/host.ts";

/** How many sessions are remembered; the one that was learned first is forgotten first. */
const LIMIT = 1000;

/** The directories of sessions that this program has begun or resumed: to ask opencode costs a start of it. */
export class SessionDirectories {
  readonly #directories = new Map<string, string>();

  recall(session: string): string | undefined {
    return this.#directories.get(session);
  }

  remember(session: string, directory: string): void {
    this.#directories.set(session, directory);
    const [oldest] = this.#directories.keys();
    if (this.#directories.size > LIMIT && oldest !== undefined) this.#directories.delete(oldest);
  }

  /** It may have been moved or deleted: the next run asks again. */
  forget(session: string): void {
    this.#directories.delete(session);
  }
}

export const sessionDirectories: Slot<SessionDirectories> = { make: () => new SessionDirectories() };
