import { Superseded } from "../chat/transport.ts";
import type { Bucket } from "./bucket.ts";
import { type OutboxOp, PRIORITY, TYPING } from "./outbox-op.ts";

/** An operation that waits or is on its way. */
export interface Entry {
  readonly op: OutboxOp;
  readonly order: number;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
  failures: number;
  /** It is on its way for the last time. */
  isTakenBack: boolean;
}

/** Edits and typing leave this many calls of a chat to the messages that matter. */
const RESERVE = 1;

/** The operations of one chat: one is on its way, the others wait in the order in which they go. */
export class Lane {
  readonly bucket: Bucket;
  flying: Entry | undefined;
  readonly #waiting: Entry[] = [];
  #pausedUntil = 0;

  constructor(bucket: Bucket) {
    this.bucket = bucket;
  }

  /** The next operation, unless one is on its way. */
  get first(): Entry | undefined {
    return this.flying ? undefined : this.#waiting[0];
  }

  get size(): number {
    return this.#waiting.length + (this.flying ? 1 : 0);
  }

  /** A newer operation replaces the one with its key; else it waits after those of its urgency. An answer ends typing. */
  add(entry: Entry): void {
    if (entry.op.priority === PRIORITY.answer) this.drop(TYPING);
    const same = this.#find(entry.op.key);
    if (same < 0) this.#insert(entry);
    else for (const old of this.#waiting.splice(same, 1, entry)) old.reject(new Superseded("replaced"));
  }

  /** Takes a waiting operation back; false if there is none. One that is on its way is not repeated. */
  drop(key: string): boolean {
    if (this.flying?.op.key === key) this.flying.isTakenBack = true;
    const index = this.#find(key);
    if (index < 0) return false;
    for (const entry of this.#waiting.splice(index, 1)) entry.reject(new Superseded("taken back"));
    return true;
  }

  /** Puts the first operation on its way. */
  take(now: number): Entry | undefined {
    this.flying = this.#waiting.shift();
    if (this.flying) this.bucket.take(now);
    return this.flying;
  }

  /** Sends an operation again after a while, unless it was taken back or replaced meanwhile. */
  repeat(entry: Entry, notBefore: number): void {
    this.#pausedUntil = notBefore;
    if (entry.isTakenBack || this.#find(entry.op.key) >= 0) entry.reject(new Superseded("replaced"));
    else this.#insert(entry);
  }

  /** When `entry`, the first, may go. */
  readyAt(entry: Entry, now: number): number {
    return Math.max(this.#pausedUntil, this.bucket.readyAt(now, entry.op.priority >= PRIORITY.edit ? RESERVE : 0));
  }

  /** Nothing is lost if it is forgotten. */
  isIdle(now: number): boolean {
    return this.size === 0 && this.#pausedUntil <= now && this.bucket.isFull(now);
  }

  close(reason: unknown): void {
    for (const entry of this.#waiting.splice(0)) entry.reject(reason);
  }

  #find(key: string | undefined): number {
    return key === undefined ? -1 : this.#waiting.findIndex(({ op }) => op.key === key);
  }

  #insert(entry: Entry): void {
    const index = this.#waiting.findIndex((other) => goesBefore(entry, other));
    this.#waiting.splice(index < 0 ? this.#waiting.length : index, 0, entry);
  }
}

/** The more urgent first; among equals the older. */
export function goesBefore(a: Entry, b: Entry): boolean {
  return a.op.priority === b.op.priority ? a.order < b.order : a.op.priority < b.op.priority;
}
