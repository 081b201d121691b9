import type { Pace } from "../../src/telegram/outbox.ts";

/** No limits of Telegram's: they would only make a test wait. */
export const UNPACED: Pace = {
  ...{ privateBurst: 1000, privateRefillMs: 1, groupBurst: 1000, groupRefillMs: 1 },
  overall: { calls: 1000, windowMs: 1, burst: 1000, spacingMs: 0 },
};
