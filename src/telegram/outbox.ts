import { setMaxListeners } from "node:events";
import { Superseded } from "../chat/transport.ts";
import type { Logger } from "../log.ts";
import { type Answer, type MethodName, type Payload, Refused, type Telegram, Unreachable } from "./api.ts";
import { Bucket } from "./bucket.ts";
import { Window, type WindowLimits } from "./window.ts";

/** Methods that the outbox paces; all name a chat. */
export type PacedMethod = Extract<
  MethodName,
  | "sendMessage"
  | "sendRichMessage"
  | "editMessageText"
  | "deleteMessage"
  | "sendDocument"
  | "sendChatAction"
  | "sendMessageDraft"
  | "sendRichMessageDraft"
>;

/**
 * What is more urgent goes first within a chat and over all chats: what a person can press and what replaces silence,
 * then answers; notes and edits wait.
 */
export const PRIORITY = { press: 0, answer: 1, delete: 2, note: 3, edit: 4, typing: 5 } as const;

/** One call to Telegram as a value. */
export interface OutboxOp<M extends PacedMethod = PacedMethod> {
  readonly method: M;
  readonly payload: Payload<M> & { readonly chat_id: number | string };
  readonly priority: (typeof PRIORITY)[keyof typeof PRIORITY];
  /** Of two waiting operations with one key, the newer takes the older's place. */
  readonly key?: string;
  /**
   * What to do when no answer came though Telegram may have acted: `repeat` (an edit may be repeated) or `fail` (a
   * message would be doubled). A request that certainly never arrived is always repeated.
   */
  readonly doubt: "repeat" | "fail";
}

interface Entry {
  readonly op: OutboxOp;
  readonly order: number;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
  failures: number;
  /** It is on its way for the last time. */
  isTakenBack: boolean;
}

interface Lane {
  readonly waiting: Entry[];
  readonly bucket: Bucket;
  pausedUntil: number;
  flying: Entry | undefined;
}

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

/** Edits and typing leave this many calls of a chat to the messages that matter. */
const RESERVE = 1;
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

  /** @throws Refused; Unreachable where `doubt` is "fail"; Superseded; the reason of `close`. */
  push<M extends PacedMethod>(op: OutboxOp<M>): Promise<Answer<M>> {
    return new Promise((resolve, reject) => {
      if (this.#abort.signal.aborted) {
        reject(this.#abort.signal.reason);
        return;
      }
      const lane = this.#lane(op.payload.chat_id);
      const entry: Entry = { op, order: this.#order++, resolve, reject, failures: 0, isTakenBack: false };
      this.#supersede(lane, entry);
      this.#pump();
    });
  }

  /** Takes a waiting operation back; false when there is none. One that is on its way is not repeated. */
  drop(chatId: string, key: string): boolean {
    const { waiting, flying } = this.#lane(chatId);
    if (flying?.op.key === key) flying.isTakenBack = true;
    const index = waiting.findIndex(({ op }) => op.key === key);
    if (index < 0) return false;
    for (const entry of waiting.splice(index, 1)) entry.reject(new Superseded("taken back"));
    return true;
  }

  get size(): number {
    let size = 0;
    for (const lane of this.#lanes.values()) size += lane.waiting.length + (lane.flying ? 1 : 0);
    return size;
  }

  /** Refuses what still waits and cuts off what is on its way. */
  close(): void {
    clearTimeout(this.#timer);
    this.#abort.abort(new Superseded("closed"));
    for (const lane of this.#lanes.values()) {
      for (const entry of lane.waiting.splice(0)) entry.reject(this.#abort.signal.reason);
    }
  }

  #lane(chatId: number | string): Lane {
    const key = String(chatId);
    const known = this.#lanes.get(key);
    if (known) return known;
    const { privateBurst, privateRefillMs, groupBurst, groupRefillMs } = this.#pace;
    const bucket = key.startsWith("-")
      ? new Bucket(groupBurst, groupRefillMs)
      : new Bucket(privateBurst, privateRefillMs);
    const lane: Lane = { waiting: [], bucket, pausedUntil: 0, flying: undefined };
    this.#lanes.set(key, lane);
    return lane;
  }

  /** A newer operation keeps the place of the one with its key; else it goes behind those of its urgency. */
  #supersede(lane: Lane, entry: Entry): void {
    const { key } = entry.op;
    const same = key === undefined ? -1 : lane.waiting.findIndex(({ op }) => op.key === key);
    if (same >= 0) {
      for (const old of lane.waiting.splice(same, 1, entry)) old.reject(new Superseded("replaced"));
      return;
    }
    insert(lane.waiting, entry);
  }

  /** Sends all that may go now, and comes back when the next may. */
  #pump(): void {
    clearTimeout(this.#timer);
    const now = performance.now();
    for (;;) {
      const next = this.#next(now);
      if (!next) return;
      if (next.at > now) {
        this.#timer = setTimeout(() => this.#pump(), next.at - now);
        return;
      }
      this.#send(next.lane, now);
    }
  }

  /** The lane whose first operation may go soonest; of those that may go now, the most urgent and oldest. */
  #next(now: number): { lane: Lane; at: number } | undefined {
    const overallAt = this.#overall.readyAt(now);
    let best: { lane: Lane; first: Entry; at: number } | undefined;
    for (const [key, lane] of this.#lanes) {
      const [first] = lane.waiting;
      if (!first || lane.flying) {
        if (!first && !lane.flying && lane.pausedUntil <= now && lane.bucket.isFull(now)) this.#lanes.delete(key);
        continue;
      }
      const reserve = first.op.priority >= PRIORITY.edit ? RESERVE : 0;
      const at = Math.max(lane.pausedUntil, lane.bucket.readyAt(now, reserve), overallAt);
      if (!best || at < best.at || (at === best.at && goesBefore(first, best.first))) best = { lane, first, at };
    }
    return best;
  }

  #send(lane: Lane, now: number): void {
    const entry = lane.waiting.shift();
    if (!entry) return;
    lane.flying = entry;
    lane.bucket.take(now);
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
    lane.pausedUntil = performance.now() + waitMs;
    this.#log.warn({ err: error, chatId: entry.op.payload.chat_id, failures: entry.failures, waitMs }, "outbox.retry");
    const isReplaced = entry.op.key !== undefined && lane.waiting.some(({ op }) => op.key === entry.op.key);
    if (isReplaced || entry.isTakenBack) entry.reject(new Superseded("replaced"));
    else insert(lane.waiting, entry);
  }
}

/** The more urgent first; among equals the older. */
function goesBefore(a: Entry, b: Entry): boolean {
  return a.op.priority === b.op.priority ? a.order < b.order : a.op.priority < b.op.priority;
}

function insert(waiting: Entry[], entry: Entry): void {
  const index = waiting.findIndex((other) => goesBefore(entry, other));
  waiting.splice(index < 0 ? waiting.length : index, 0, entry);
}

/** How long to wait before trying again, ms; undefined where trying again is no use or would double a message. */
function retryAfter({ op, failures }: Entry, error: unknown): number | undefined {
  const backoffMs = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** failures) * (0.75 + Math.random() / 2);
  if (error instanceof Refused) {
    if (error.retryAfterS !== undefined) return error.retryAfterS * 1000;
    return error.code >= 500 ? backoffMs : undefined;
  }
  if (error instanceof Unreachable) return error.mayHaveArrived && op.doubt === "fail" ? undefined : backoffMs;
  return undefined;
}
