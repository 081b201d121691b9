import fc from "fast-check";
import { expect, test } from "vitest";
import { Window } from "../../src/telegram/window.ts";

const limits = { calls: 28, windowMs: 1000, burst: 8, spacingMs: 1000 / 28 };

/** Calls that are wanted at these times, one after another; when each goes. */
function play(wanted: readonly number[]): number[] {
  const window = new Window(limits);
  let now = 0;
  return wanted.map((at) => {
    now = window.readyAt(Math.max(now, at));
    // Asked again when its time has come, it still says so.
    expect(window.readyAt(now)).toBe(now);
    window.take(now);
    return now;
  });
}

test("a few calls go at once, those after them evenly", () => {
  const gone = play(Array.from({ length: 10 }, () => 0));
  expect(gone.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 0));
  expect(gone.slice(8)).toEqual([limits.spacingMs, 2 * limits.spacingMs]);
});

test("no window holds more calls than it may, whenever they are wanted", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300), { maxLength: 200 }), (pauses) => {
      let at = 0;
      const wanted = pauses.map((pause) => {
        at += pause;
        return at;
      });
      const gone = play(wanted);
      for (const start of gone) {
        const inWindow = gone.filter((other) => other >= start && other < start + limits.windowMs);
        expect(inWindow.length).toBeLessThanOrEqual(limits.calls);
      }
    }),
  );
});

test("many calls go at the pace of the window", () => {
  const gone = play(Array.from({ length: 1200 }, () => 0));
  expect(gone.at(-1)).toBeLessThan((1200 / 30) * 1000 * 1.15);
});
