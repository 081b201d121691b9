export const MS_PER_SECOND = 1000;
export const MS_PER_MINUTE = 60_000;
export const MS_PER_DAY = 86_400_000;

/** Timers cannot wait longer, some 24 days, and fire at once if they are to. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Minutes as a timer takes them. */
export const timerMs = (minutes: number): number => Math.min(minutes * MS_PER_MINUTE, MAX_TIMER_MS);
