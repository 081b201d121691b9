import type { Incoming } from "./incoming.ts";
import { keyOf } from "./join.ts";

/** Remembers for a while what was told: what comes in bundles is told once. */
export class Once {
  readonly #until = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether nothing of its kind came in the last seconds. */
  isFirst(key: string): boolean {
    const now = this.#now();
    for (const [known, until] of this.#until) if (until < now) this.#until.delete(known);
    const isFirst = !this.#until.has(key);
    this.#until.set(key, now + QUIET_MS);
    return isFirst;
  }
}

const QUIET_MS = 3_000;

/** What to say to a forward that waits for a prompt; undefined if the one before it was told so. */
export function keepForward(forward: Incoming, once: Once): string | undefined {
  return once.isFirst(`kept:${keyOf(forward)}`) ? "Kept. Your next message says what to do with it." : undefined;
}

/** What to say to something that is no text; undefined if another one of its album or bundle was told so. */
export function refuseAttachment(message: Incoming, once: Once): string | undefined {
  const { albumId, isForward, attachment } = message;
  const isTold = (albumId !== undefined || isForward) && !once.isFirst(`refused:${keyOf(message)}:${albumId ?? ""}`);
  return isTold ? undefined : `I cannot read a ${attachment} yet: send the task as text.`;
}
