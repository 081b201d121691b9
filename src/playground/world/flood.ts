import { tooManyRequests } from "../bot-api/api-error.ts";

/** At most `calls` within any `windowMs`. */
export interface FloodWindow {
  readonly calls: number;
  readonly windowMs: number;
}

/** Which calls count: those that send or edit a message. */
export interface FloodLimits {
  readonly chat: FloodWindow;
  /** For groups, beside `chat`. */
  readonly group: FloodWindow;
  readonly overall: FloodWindow;
}

/**
 * What Telegram documents: about one message a second in a chat, where a short burst passes; 20 a minute in a group;
 * 30 a second over all. Windows are 2 % short, so that jitter on the way does not punish exact pacing.
 */
export const DOCUMENTED_LIMITS: FloodLimits = {
  chat: { calls: 6, windowMs: 5000 },
  group: { calls: 20, windowMs: 58_800 },
  overall: { calls: 30, windowMs: 980 },
};

/** Sliding windows over the calls that passed. */
export class FloodGate {
  #limits: FloodLimits | undefined;
  readonly #now: () => number;
  readonly #passed = new Map<string, number[]>();

  constructor(limits: FloodLimits | undefined, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** undefined switches them off. */
  setLimits(limits: FloodLimits | undefined): void {
    this.#limits = limits;
  }

  /** Counts one call. @throws ApiError 429 with the seconds until it would pass; a refused call does not count. */
  pass(chatId: number): void {
    if (this.#limits === undefined) return;
    const { chat, group, overall } = this.#limits;
    const gates: [string, FloodWindow][] = [
      [`chat ${chatId}`, chat],
      ["overall", overall],
    ];
    if (chatId < 0) gates.push([`group ${chatId}`, group]);
    const waitMs = Math.max(...gates.map(([key, window]) => this.#wait(key, window)));
    if (waitMs > 0) throw tooManyRequests(Math.max(1, Math.ceil(waitMs / 1000)));
    for (const [key] of gates) this.#passed.get(key)?.push(this.#now());
  }

  #wait(key: string, { calls, windowMs }: FloodWindow): number {
    const now = this.#now();
    const recent = (this.#passed.get(key) ?? []).filter((at) => at > now - windowMs);
    this.#passed.set(key, recent);
    const oldestOfFull = recent[recent.length - calls];
    return oldestOfFull === undefined ? 0 : oldestOfFull + windowMs - now;
  }
}
