import { describe, expect, test } from "vitest";
import { parseDuration } from "../../src/domain/duration.ts";
import { firingOf, type Times } from "../../src/domain/schedule.ts";
import { parseReminder, parseSchedule } from "../../src/domain/schedule-words.ts";
import { UserError } from "../../src/errors.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test.each([
  ["9:00 weekdays run the tests", { cron: "0 9 * * 1-5" }, "run the tests"],
  ["09:05 run the tests", { cron: "5 9 * * *" }, "run the tests"],
  ["23:59 daily x", { cron: "59 23 * * *" }, "x"],
  ["7:30 mon,Thursday tidy up\nand more", { cron: "30 7 * * 1,4" }, "tidy up\nand more"],
  ["7:30 weekends rest", { cron: "30 7 * * 6,0" }, "rest"],
  ["7:30 monitor the build", { cron: "30 7 * * *" }, "monitor the build"],
  ["every 2h look for issues", { everyMs: 2 * HOUR, from: 5 }, "look for issues"],
  ["every 30 m look", { everyMs: 30 * MINUTE, from: 5 }, "look"],
  ["weekdays 9:00 run the tests", { cron: "0 9 * * 1-5" }, "run the tests"],
  ["every monday at 9am look", { cron: "0 9 * * 1" }, "look"],
  ["at 12:30 am on Mondays look", { cron: "30 0 * * 1" }, "look"],
  ["every day 9:30pm look", { cron: "30 21 * * *" }, "look"],
  ["every 1h30m /web look", { everyMs: 1.5 * HOUR, from: 5 }, "/web look"],
  ["every 2 hours 3 things", { everyMs: 2 * HOUR, from: 5 }, "3 things"],
  ["every day look", { everyMs: 24 * HOUR, from: 5 }, "look"],
  ["cron 0 9 * * 1 /web tidy", { cron: "0 9 * * 1" }, "/web tidy"],
])("reads /schedule %s", (text, when, prompt) => {
  expect(parseSchedule(text, 5)).toEqual({ when, prompt });
});

test.each([
  "",
  "9:00",
  "weekdays run",
  "every 2h",
  "cron 0 9 * *  x",
  "25:00 x",
  "9:60 x",
  "every 5s x",
  "9:00 weekdays",
  "13pm x",
  "look 9:00 x",
  "every 2 months x",
])("says how to write /schedule %s", (text) => {
  expect(() => parseSchedule(text, 5)).toThrow(UserError);
});

test("reads /remind, and says how to write it", () => {
  expect(parseReminder("20m look at the build", 5)).toEqual({
    when: { at: 5 + 20 * MINUTE },
    prompt: "look at the build",
  });
  expect(parseReminder("in 2h x", 0).when).toEqual({ at: 2 * HOUR });
  expect(parseReminder("1 hour 30 min /web x", 0)).toEqual({ when: { at: 1.5 * HOUR }, prompt: "/web x" });
  for (const text of ["", "20m", "5 months x", "20mx", "look", "0m x", "900d x"])
    expect(() => parseReminder(text, 5)).toThrow(UserError);
});

test("reads durations", () => {
  expect(["90s", "30m", "2H", "1d", "0m", "5", "-1m", "1w"].map(parseDuration)).toEqual([
    ...[90_000, 30 * MINUTE, 2 * HOUR, 24 * HOUR],
    ...[undefined, undefined, undefined, undefined],
  ]);
});

describe("schedules that are due", () => {
  /** Every full hour. */
  const hourly: Times = {
    next: (_, time) => (Math.floor(time / HOUR) + 1) * HOUR,
    latest: (_, time) => Math.floor(time / HOUR) * HOUR,
  };
  const due = (missed: "once" | "skip", lastDueAt: number, now: number) =>
    firingOf({ when: { at: 0 }, missed }, { lastDueAt, now }, hourly);

  test("nothing before its time, nor a second time, nor after the clock was set back", () => {
    expect(due("once", 10 * HOUR, 10 * HOUR + 59 * MINUTE)).toBeUndefined();
    expect(due("once", 10 * HOUR, 10 * HOUR)).toBeUndefined();
    expect(due("once", 10 * HOUR, 8 * HOUR)).toBeUndefined();
  });

  test("at its time", () => {
    expect(due("once", 10 * HOUR, 11 * HOUR)).toEqual({ dueAt: 11 * HOUR, run: true });
    expect(due("skip", 10 * HOUR, 11 * HOUR + MINUTE)).toEqual({ dueAt: 11 * HOUR, run: true });
  });

  test("ten that were missed are made up once, with the time slept", () => {
    const now = 20 * HOUR + 30 * MINUTE;
    expect(due("once", 10 * HOUR, now)).toEqual({
      dueAt: 20 * HOUR,
      run: true,
      slept: { from: 11 * HOUR, to: now },
    });
    expect(due("skip", 10 * HOUR, now)).toMatchObject({ dueAt: 20 * HOUR, run: false });
  });

  test("the newest counts if it is on time, and makes up for those before it", () => {
    const slept = { from: 11 * HOUR, to: 20 * HOUR };
    expect(due("once", 10 * HOUR, 20 * HOUR)).toEqual({ dueAt: 20 * HOUR, run: true, slept });
    expect(due("skip", 10 * HOUR, 20 * HOUR)).toEqual({ dueAt: 20 * HOUR, run: true });
  });

  test("a firing that is later than a day is not made up", () => {
    const daily: Times = { next: () => 50 * HOUR, latest: () => 24 * HOUR };
    const firing = firingOf({ when: { at: 0 }, missed: "once" }, { lastDueAt: 0, now: 49 * HOUR }, daily);
    expect(firing).toMatchObject({ dueAt: 24 * HOUR, run: false, reason: "missed by more than 24 hours" });
  });
});
