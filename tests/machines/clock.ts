import { onTestFinished, vi } from "vitest";

const MINUTE = 60_000;

/** The clock of everything in this process. It goes on by itself, too. */
export interface OwnClock {
  now(): number;
  pass(ms: number): void;
}

/** Takes the clock over, until the test is over. A minute begins with it. */
export function ownClock(): OwnClock {
  const real = Date.now;
  let aheadMs = MINUTE - (real() % MINUTE);
  const now = () => real() + aheadMs;
  const spy = vi.spyOn(Date, "now").mockImplementation(now);
  onTestFinished(() => spy.mockRestore());
  return {
    now,
    pass: (ms) => {
      aheadMs += ms;
    },
  };
}
