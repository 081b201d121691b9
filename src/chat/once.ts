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

/** The answer to a forward or file that waits for a prompt; undefined if the one before it got this answer. */
export function keepForward(forward: Incoming, once: Once): string | undefined {
  const what = forward.isForward ? "forward" : "file";
  return once.isFirst(`kept:${what}:${keyOf(forward)}`)
    ? "Kept. Your next message says what to do with it."
    : undefined;
}

/** The answer to a message without text; undefined if another one of its album or bundle got this answer. */
export function refuseAttachment(message: Incoming, once: Once): string | undefined {
  const { albumId, isForward, attachment } = message;
  const isTold = (albumId !== undefined || isForward) && !once.isFirst(`refused:${keyOf(message)}:${albumId ?? ""}`);
  return isTold ? undefined : `I cannot read a ${attachment} yet: send the task as text.`;
}
