import type { Update } from "@grammyjs/types";
import { ApiError } from "../bot-api/api-error.ts";

/** An update before it has its id. */
export type NewUpdate = Omit<Update, "update_id">;

/** Kinds that a bot gets only when it names them. */
const ON_REQUEST = ["chat_member", "message_reaction", "message_reaction_count"];
const MAX_BATCH = 100;

export interface PollRequest {
  readonly offset: number;
  readonly limit: number;
  readonly timeoutMs: number;
  /** undefined keeps the last list; an empty one is the default again. */
  readonly allowedUpdates: readonly string[] | undefined;
  /** Aborted when the client hangs up. */
  readonly signal: AbortSignal;
}

/** Updates waiting for the bot. One is gone only when a later poll names a higher offset. */
export class UpdateQueue {
  #waiting: Update[] = [];
  #nextId: number;
  #allowed: readonly string[] = [];
  #poll: { end(updates: Update[]): void; conflict(reason: string): void; limit: number } | undefined;

  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  /** Ends a poll that waits, as a webhook set meanwhile does. */
  conflict(reason: string): void {
    this.#poll?.conflict(reason);
  }

  /** Adds updates as one batch: a poll that waits gets them all at once. */
  push(...updates: readonly NewUpdate[]): void {
    for (const update of updates) {
      if (!this.#wants(update)) continue;
      this.#waiting.push({ update_id: this.#nextId, ...update });
      this.#nextId += 1;
    }
    if (this.#waiting.length > 0) this.#poll?.end(this.#waiting.slice(0, this.#poll.limit));
  }

  /** Puts an update in the line again under its own id, as Telegram may after a lost confirmation. */
  redeliver(update: Update): void {
    this.#waiting.unshift(update);
    this.#poll?.end(this.#waiting.slice(0, this.#poll.limit));
  }

  get size(): number {
    return this.#waiting.length;
  }

  clear(): void {
    this.#waiting = [];
  }

  /** @throws ApiError 409, on the earlier of two polls at once. */
  async poll({ offset, limit, timeoutMs, allowedUpdates, signal }: PollRequest): Promise<Update[]> {
    this.#poll?.conflict(OTHER_POLL);
    if (allowedUpdates !== undefined) this.#allowed = allowedUpdates;
    this.#confirm(offset);
    const batch = Math.min(Math.max(limit, 1), MAX_BATCH);
    if (this.#waiting.length > 0 || timeoutMs <= 0 || signal.aborted) return this.#waiting.slice(0, batch);
    return await new Promise<Update[]>((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
        if (this.#poll === poll) this.#poll = undefined;
      };
      const end = (updates: Update[]) => {
        finish();
        resolve(updates);
      };
      const conflict = (reason: string) => {
        finish();
        reject(new ApiError(409, `Conflict: terminated by ${reason}`));
      };
      const onAbort = () => end([]);
      const timer = setTimeout(() => end([]), timeoutMs);
      const poll = { end, conflict, limit: batch };
      this.#poll = poll;
      signal.addEventListener("abort", onAbort);
    });
  }

  #confirm(offset: number): void {
    if (offset > 0) this.#waiting = this.#waiting.filter((update) => update.update_id >= offset);
    else if (offset < 0) this.#waiting = this.#waiting.slice(offset);
  }

  #wants(update: NewUpdate): boolean {
    const kind = Object.keys(update)[0] ?? "";
    return this.#allowed.length === 0 ? !ON_REQUEST.includes(kind) : this.#allowed.includes(kind);
  }
}

const OTHER_POLL = "other getUpdates request; make sure that only one bot instance is running";
