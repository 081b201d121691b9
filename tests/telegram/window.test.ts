import fc from "fast-check";
import { expect, test } from "vitest";
import { Window } from "../../src/telegram/window.ts";

const limits = { calls: 28, windowMs: 1000, burst: 8, spacingMs: 1000 / 28 };

interface Wanted {
  readonly at: number;
  /** Until its answer. */
  readonly takesMs: number;
}

interface Gone {
  readonly at: number;
  readonly answeredAt: number;
}

/** Calls that are wanted, one after another; when each goes and is answered. */
function play(wanted: readonly Wanted[]): Gone[] {
  const window = new Window(limits);
  const flying: number[] = [];
  let now = 0;
  const answer = (until: number) => {
    flying.sort((a, b) => a - b);
    while ((flying[0] ?? Number.POSITIVE_INFINITY) <= until) window.answered(flying.shift() ?? until);
  };
  return wanted.map(({ at, takesMs }) => {
    now = Math.max(now, at);
    answer(now);
    while (window.readyAt(now) > now) {
      now = Math.min(window.readyAt(now), ...flying);
      answer(now);
    }
    window.take(now);
    flying.push(now + takesMs);
    return { at: now, answeredAt: now + takesMs };
  });
}

const atOnce = (count: number) => Array.from({ length: count }, () => ({ at: 0, takesMs: 20 }));

test("a few calls go at once, those after them evenly", () => {
  const gone = play(atOnce(10)).map(({ at }) => at);
  expect(gone.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 0));
  // A timer waits whole milliseconds.
  expect(gone.slice(8)).toEqual([36, 72]);
});

test("no window holds more calls than it may, wherever on its way each is counted", () => {
  const call = fc.record({
    pause: fc.nat(300),
    takesMs: fc.nat(800),
    counted: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(call, { maxLength: 200 }), (calls) => {
      let at = 0;
      const wanted = calls.map(({ pause, takesMs }) => {
        at += pause;
        return { at, takesMs };
      });
      const gone = play(wanted);
      const counted = gone.map((one, index) => one.at + (calls[index]?.counted ?? 0) * (one.answeredAt - one.at));
      for (const start of counted) {
        const inWindow = counted.filter((other) => other >= start && other < start + limits.windowMs);
        expect(inWindow.length).toBeLessThanOrEqual(limits.calls);
      }
    }),
  );
});

test("many calls go at the pace of the window", () => {
  expect(play(atOnce(1200)).at(-1)?.at).toBeLessThan((1200 / 30) * 1000 * 1.15);
});

test("nothing goes while as many as may go have no answer", () => {
  const window = new Window({ ...limits, spacingMs: 0 });
  for (let call = 0; call < limits.calls; call++) window.take(call);
  expect(window.readyAt(5000)).toBe(Number.POSITIVE_INFINITY);
  window.answered(6000);
  expect(window.readyAt(6000)).toBe(7000);
  expect(window.readyAt(7000)).toBe(7000);
});

test("a part of the burst is left to those who may have it", () => {
  const window = new Window(limits);
  for (let call = 0; call < 4; call++) window.take(0);
  expect(window.readyAt(0)).toBe(0);
  expect(window.readyAt(0, 4)).toBe(36);
  expect(window.readyAt(36, 4)).toBe(36);
});
