import { tooManyRequests } from "../bot-api/api-error.ts";

/** So many calls at once, then one every `refillMs`. */
export interface FloodRate {
  readonly burst: number;
  readonly refillMs: number;
}

/** At most `calls` within any `windowMs`. */
export interface FloodWindow {
  readonly calls: number;
  readonly windowMs: number;
}

/** They hold for calls that send or edit a message. */
export interface FloodLimits {
  readonly chat: FloodRate;
  /** For groups, beside `chat`. */
  readonly group: FloodWindow;
  readonly overall: FloodWindow;
}

/**
 * Telegram's documented limits: about one message a second in a chat, and a short burst passes; 20 a minute in a group;
 * 30 a second over all. Times are 2 % short, so that jitter does not punish exact pacing.
 */
export const DOCUMENTED_LIMITS: FloodLimits = {
  chat: { burst: 4, refillMs: 980 },
  group: { calls: 20, windowMs: 58_800 },
  overall: { calls: 30, windowMs: 980 },
};

/** Holds the bot to the limits. Only calls that passed count. */
export class FloodGate {
  #limits: FloodLimits | undefined;
  readonly #now: () => number;
  /** Per chat: when it would have its whole burst again. */
  readonly #restedAt = new Map<number, number>();
  /** Per group, and under 0 for all chats: when the calls of the last window passed. */
  readonly #passed = new Map<number, number[]>();

  constructor(limits: FloodLimits | undefined, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** undefined switches them off. */
  setLimits(limits: FloodLimits | undefined): void {
    this.#limits = limits;
  }

  /** Counts one call. @throws ApiError 429 with the seconds until it would pass. */
  pass(chatId: number): void {
    if (this.#limits === undefined) return;
    const { chat, group, overall } = this.#limits;
    const now = this.#now();
    const restedAt = Math.max(now, this.#restedAt.get(chatId) ?? now);
    const waitMs = Math.max(
      restedAt - (chat.burst - 1) * chat.refillMs - now,
      this.#windowWait(0, overall),
      chatId < 0 ? this.#windowWait(chatId, group) : 0,
    );
    if (waitMs > 0) throw tooManyRequests(Math.max(1, Math.ceil(waitMs / 1000)));
    this.#restedAt.set(chatId, restedAt + chat.refillMs);
    this.#passed.get(0)?.push(now);
    if (chatId < 0) this.#passed.get(chatId)?.push(now);
  }

  #windowWait(key: number, { calls, windowMs }: FloodWindow): number {
    const now = this.#now();
    const recent = (this.#passed.get(key) ?? []).filter((at) => at > now - windowMs);
    this.#passed.set(key, recent);
    const oldestOfFull = recent[recent.length - calls];
    return oldestOfFull === undefined ? 0 : oldestOfFull + windowMs - now;
  }
}
