import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { When } from "../../src/domain/schedule.ts";
import { nextTimes, problemOf, times } from "../../src/domain/schedule-times.ts";

const at = (text: string) => Date.parse(text);
const iso = (time: number) => new Date(time).toISOString();

describe("in Berlin", () => {
  const berlin = (cron: string): When => ({ cron, timezone: "Europe/Berlin" });

  test("a time that spring leaves out comes at the end of the gap", () => {
    expect(nextTimes(berlin("30 2 * * *"), at("2026-03-28T12:00Z"), 2).map(iso)).toEqual([
      ...["2026-03-29T01:00:00.000Z", "2026-03-30T00:30:00.000Z"],
    ]);
    // One of several hours too.
    expect(nextTimes(berlin("30 2,14 * * *"), at("2026-03-28T14:00Z"), 1).map(iso)).toEqual([
      "2026-03-29T01:00:00.000Z",
    ]);
  });

  test("a time that autumn repeats comes once, a step in both passes", () => {
    expect(nextTimes(berlin("30 2 * * *"), at("2026-10-24T12:00Z"), 2).map(iso)).toEqual([
      ...["2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"],
    ]);
    const half = nextTimes(berlin("*/30 * * * *"), at("2026-10-25T00:00Z"), 4);
    expect(half.map((time) => (time - at("2026-10-25T00:00Z")) / 60_000)).toEqual([30, 60, 90, 120]);
  });
});

test("every so often, counted from when it was made", () => {
  const when = { everyMs: 100, from: 1_000 };
  expect([999, 1_000, 1_099, 1_100, 1_101].map((time) => times.latest(when, time))).toEqual([
    ...[undefined, undefined, undefined, 1_100, 1_100],
  ]);
  expect([900, 1_000, 1_100, 1_101].map((time) => times.next(when, time))).toEqual([1_100, 1_100, 1_200, 1_200]);
});

test("once", () => {
  expect([9, 10].map((time) => times.next({ at: 10 }, time))).toEqual([10, undefined]);
  expect([9, 10].map((time) => times.latest({ at: 10 }, time))).toEqual([undefined, 10]);
});

test("next and latest agree at every moment", () => {
  const whens: When[] = [
    { cron: "*/7 3-5 * * *", timezone: "America/New_York" },
    { cron: "0 9 1 * *" },
    { everyMs: 123_457, from: at("2026-01-01T00:00Z") },
  ];
  const moment = fc.integer({ min: at("2026-01-01T00:00Z"), max: at("2027-01-01T00:00Z") });
  fc.assert(
    fc.property(fc.constantFrom(...whens), moment, (when, time) => {
      const next = times.next(when, time) ?? 0;
      expect(next).toBeGreaterThan(time);
      expect(times.latest(when, next)).toBe(next);
      const before = times.latest(when, next - 1);
      expect(before === undefined || before <= time).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test.each([
  ["61 * * * *", undefined, /^cannot be read: invalid value for minute: 61$/],
  ["0 0 31 2 *", undefined, /never/],
  ["@daily", undefined, /five fields/],
  ["* * * * * *", undefined, /five fields/],
  ["0 9 * * *", "Mars/Base", /timezone/i],
])("says what is wrong with %s %s", (cron, timezone, problem) => {
  expect(problemOf({ cron, timezone })).toMatch(problem);
});

test("finds nothing wrong with a good pattern", () => {
  expect(problemOf({ cron: "0 9 * * 1-5", timezone: "Asia/Tokyo" })).toBeUndefined();
});
