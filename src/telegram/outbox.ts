import { setMaxListeners } from "node:events";
import { Superseded } from "../chat/transport.ts";
import type { Logger } from "../log.ts";
import { type Answer, Refused, type Telegram, Unreachable } from "./api.ts";
import { Bucket } from "./bucket.ts";
import { type Entry, goesBefore, Lane } from "./lane.ts";
import { type OutboxOp, type PacedMethod, PRIORITY } from "./outbox-op.ts";
import { Window, type WindowLimits } from "./window.ts";

/** Telegram's limits, with room for what Telegram counts late. */
export interface Pace {
  readonly privateBurst: number;
  readonly privateRefillMs: number;
  readonly groupBurst: number;
  readonly groupRefillMs: number;
  readonly overall: WindowLimits;
}

/** About one message a second in a chat, 20 a minute in a group, 30 a second over all; a burst counts into them. */
export const TELEGRAM_PACE: Pace = {
  privateBurst: 4,
  privateRefillMs: 1_050,
  groupBurst: 3,
  groupRefillMs: 3_500,
  overall: { calls: 28, windowMs: 1000, burst: 8, spacingMs: 1000 / 28 },
};

/** Of the burst over all chats, what deletions, notes, edits and typing leave to messages that somebody waits for. */
const OVERALL_RESERVE = 4;

const MIN_BACKOFF_MS = 400;
const MAX_BACKOFF_MS = 30_000;

/**
 * Sends operations within Telegram's limits: one at a time in a chat, chats side by side, none held up by another. A
 * network fault, a 5xx or a 429 is waited out and repeated for as long as it takes; any other refusal rejects.
 */
export class Outbox {
  readonly #telegram: Telegram;
  readonly #log: Logger;
  readonly #pace: Pace;
  readonly #lanes = new Map<string, Lane>();
  readonly #overall: Window;
  readonly #abort = new AbortController();
  #order = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(telegram: Telegram, log: Logger, pace: Pace = TELEGRAM_PACE) {
    this.#telegram = telegram;
    this.#log = log;
    this.#pace = pace;
    this.#overall = new Window(pace.overall);
    // Chats side by side: more listeners at once than Node takes for sound.
    setMaxListeners(0, this.#abort.signal);
  }

  /** @throws Refused; Unreachable if `doubt` is "fail"; Superseded; the reason of `close`. */
  push<M extends PacedMethod>(op: OutboxOp<M>): Promise<Answer<M>> {
    return new Promise((resolve, reject) => {
      if (this.#abort.signal.aborted) {
        reject(this.#abort.signal.reason);
        return;
      }
      const entry: Entry = { op, order: this.#order++, resolve, reject, failures: 0, isTakenBack: false };
      this.#lane(op.payload.chat_id).add(entry);
      this.#pump();
    });
  }

  /** Takes a waiting operation back; false if there is none. One that is on its way is not repeated. */
  drop(chatId: string, key: string): boolean {
    return this.#lane(chatId).drop(key);
  }

  get size(): number {
    return [...this.#lanes.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Refuses what still waits and cuts off what is on its way. */
  close(): void {
    clearTimeout(this.#timer);
    this.#abort.abort(new Superseded("closed"));
    for (const lane of this.#lanes.values()) lane.close(this.#abort.signal.reason);
  }

  #lane(chatId: number | string): Lane {
    const key = String(chatId);
    const known = this.#lanes.get(key);
    if (known) return known;
    const { privateBurst, privateRefillMs, groupBurst, groupRefillMs } = this.#pace;
    const isGroup = key.startsWith("-");
    const bucket = isGroup ? new Bucket(groupBurst, groupRefillMs) : new Bucket(privateBurst, privateRefillMs);
    const lane = new Lane(bucket);
    this.#lanes.set(key, lane);
    return lane;
  }

  /** Sends all that may go now, and comes back when the next may: then, or with an answer. */
  #pump(): void {
    clearTimeout(this.#timer);
    const now = performance.now();
    for (;;) {
      const next = this.#next(now);
      if (!next) return;
      if (next.at === Number.POSITIVE_INFINITY) return;
      if (next.at > now) {
        this.#timer = setTimeout(() => this.#pump(), next.at - now);
        return;
      }
      this.#send(next.lane, now);
    }
  }

  /** The lane whose first operation may go soonest; of those that may go now, the most urgent and oldest. */
  #next(now: number): { lane: Lane; at: number } | undefined {
    const overallAt = { urgent: this.#overall.readyAt(now), other: this.#overall.readyAt(now, OVERALL_RESERVE) };
    let best: { lane: Lane; first: Entry; at: number } | undefined;
    for (const [key, lane] of this.#lanes) {
      const { first } = lane;
      if (!first) {
        if (lane.isIdle(now)) this.#lanes.delete(key);
        continue;
      }
      const isUrgent = first.op.priority <= PRIORITY.answer;
      const at = Math.max(lane.readyAt(first, now), isUrgent ? overallAt.urgent : overallAt.other);
      if (!best || at < best.at || (at === best.at && goesBefore(first, best.first))) best = { lane, first, at };
    }
    return best;
  }

  #send(lane: Lane, now: number): void {
    const entry = lane.take(now);
    if (!entry) return;
    this.#overall.take(now);
    this.#telegram
      .call(entry.op.method, entry.op.payload, this.#abort.signal)
      .then((answer) => {
        lane.bucket.passed();
        entry.resolve(answer as never);
      })
      .catch((error: unknown) => this.#failed(lane, entry, error))
      .finally(() => {
        lane.flying = undefined;
        this.#overall.answered(performance.now());
        if (!this.#abort.signal.aborted) this.#pump();
      });
  }

  #failed(lane: Lane, entry: Entry, error: unknown): void {
    const waitMs = retryAfter(entry, error);
    if (waitMs === undefined || this.#abort.signal.aborted) {
      entry.reject(error);
      return;
    }
    if (error instanceof Refused && error.code === 429) lane.bucket.refused();
    entry.failures++;
    this.#log.warn({ err: error, chatId: entry.op.payload.chat_id, failures: entry.failures, waitMs }, "outbox.retry");
    lane.repeat(entry, performance.now() + waitMs);
  }
}

/** How long to wait before trying again, ms; undefined if trying again is no use or would double a message. */
function retryAfter({ op, failures }: Entry, error: unknown): number | undefined {
  const backoffMs = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** failures) * (0.75 + Math.random() / 2);
  if (error instanceof Refused) {
    if (error.retryAfterS !== undefined) return error.retryAfterS * 1000;
    return error.code >= 500 ? backoffMs : undefined;
  }
  if (error instanceof Unreachable) return error.mayHaveArrived && op.doubt === "fail" ? undefined : backoffMs;
  return undefined;
}
