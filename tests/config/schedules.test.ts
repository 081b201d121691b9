import { expect, test } from "vitest";
import { brokenSchedules, toSchedules } from "../../src/config/schedules.ts";
import type { ScheduleTable } from "../../src/config/schema.ts";

const table = (own: Partial<ScheduleTable>): ScheduleTable => ({
  ...{ prompt: "run the tests", session: "new", only_when_idle: false, overlap: "skip", missed: "once", enabled: true },
  ...own,
});

test.each<[Partial<ScheduleTable>, string, RegExp]>([
  [{}, "nightly", /exactly one of cron/],
  [{ cron: "0 9 * * *", every: "2h" }, "nightly", /exactly one of cron/],
  [{ every: "30s" }, "nightly", /1m or more/],
  [{ every: "soon" }, "nightly", /1m or more/],
  [{ cron: "0 9 * *" }, "nightly", /five fields/],
  [{ cron: "0 9 * * *", timezone: "Mars/Base" }, "nightly", /^is "Mars\/Base", which is no timezone/],
  [{ cron: "0 9 * * *", preset: "gone" }, "nightly", /no such preset/],
  [{ cron: "0 9 * * *" }, "every night", /letters, digits/],
])("refuses %j", (own, name, text) => {
  const [problem, ...others] = brokenSchedules({ schedules: { [name]: table(own) }, presets: {} });
  expect(problem?.path.slice(0, 2)).toEqual(["schedules", name]);
  expect(problem?.text).toMatch(text);
  expect(others).toEqual([]);
});

test("takes those that are switched on, in the main chat unless they name another", () => {
  const tables = {
    nightly: table({ cron: "0 2 * * *", timezone: "Europe/Berlin", project: "web" }),
    often: table({ every: "2h", chat_id: -5, topic_id: 3 }),
    off: table({ every: "2h", enabled: false }),
  };
  expect(brokenSchedules({ schedules: tables, presets: {} })).toEqual([]);
  const [nightly, often, ...others] = toSchedules(tables, 42);
  expect(nightly).toMatchObject({
    chatId: "42",
    project: "web",
    when: { cron: "0 2 * * *", timezone: "Europe/Berlin" },
  });
  expect(often).toMatchObject({ chatId: "-5", topicId: "3", when: { everyMs: 7_200_000, from: 0 } });
  expect(others).toEqual([]);
});
