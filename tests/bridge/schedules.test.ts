import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { ScheduleClock, type ScheduledRun } from "../../src/bridge/schedules.ts";
import type { Schedule } from "../../src/domain/schedule.ts";
import { UserError } from "../../src/errors.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { noLog } from "../helpers/recordings.ts";
import { times } from "../helpers/soak.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NINE = Date.parse("2026-06-01T09:00Z");

const base: Schedule = {
  ...{ name: "tests", when: { cron: "0 9 * * *", timezone: "UTC" }, prompt: "run the tests", chatId: "1" },
  ...{ session: "new", only_when_idle: false, overlap: "skip", missed: "once" },
};

let store: Store;
let now: number;
let isBusy: boolean;
let problem: Error | undefined;
let started: string[];
let told: string[];
let added: ScheduledRun[];
let runs: number;

beforeEach(() => {
  store = openStore(":memory:");
  [now, isBusy, problem, runs] = [NINE - HOUR, false, undefined, 0];
  [started, told, added] = [[], [], []];
});

/** A bridge's schedules; a second one on the same store is the bridge after a restart. */
function clockOf(...configured: Schedule[]): ScheduleClock {
  return new ScheduleClock({
    store,
    configured: () => configured,
    add: (schedule, firing) => {
      const id = `run${runs++}`;
      const place = {
        chatId: schedule.chatId,
        topicId: null,
        messageId: null,
        userId: null,
        origin: { type: "schedule" as const, name: schedule.name },
      };
      store.runs.add({
        ...{ id, ...place, engine: "codex", project: null, branch: null, prompt: schedule.prompt },
        ...{ resume: null, follows: null, createdAt: now },
      });
      if (problem) throw problem;
      added.push(firing);
      return id;
    },
    start: (runId) => started.push(runId),
    isBusy: () => isBusy,
    tell: (_, text) => told.push(text),
    now: () => now,
    log: noLog,
  });
}

const end = (runId: string) =>
  store.runs.end(runId, { kind: "done", answer: "", error: undefined, steps: 0, usage: undefined }, now);

function lookAt(clock: ScheduleClock, ...moments: number[]): void {
  for (const moment of moments) {
    now = moment;
    clock.look();
    for (const id of started) end(id);
  }
}

test("runs at its time, once, however often the clock is looked at", () => {
  lookAt(clockOf(base), NINE - HOUR, NINE - 1, NINE, NINE + 1, NINE + MINUTE, NINE + HOUR);
  expect(started).toEqual(["run0"]);
  expect(added).toEqual([{ dueAt: NINE, slept: undefined, follows: undefined }]);
});

test("does not run at once because it was due before it was made", () => {
  lookAt(clockOf(base), NINE + HOUR, NINE + 2 * HOUR);
  expect(started).toEqual([]);
});

test("neither a restart nor a clock set back repeats a firing", () => {
  lookAt(clockOf(base), NINE - HOUR, NINE);
  lookAt(clockOf(base), NINE, NINE - 2 * HOUR, NINE, NINE + MINUTE);
  expect(started).toEqual(["run0"]);
});

test("a clock that was a year ahead does not silence a schedule for a year", () => {
  const clock = clockOf(base);
  lookAt(clock, NINE - HOUR, NINE + 365 * 24 * HOUR, NINE - HOUR, NINE);
  expect(added.map(({ dueAt }) => dueAt)).toEqual([NINE + 365 * 24 * HOUR, NINE]);
});

test("after sleep one run makes up for all, and says how long that was", () => {
  const hourly = { ...base, when: { cron: "0 * * * *", timezone: "UTC" } };
  const clock = clockOf(hourly);
  lookAt(clock, NINE - 1, NINE, NINE + 10.5 * HOUR, NINE + 10.6 * HOUR);
  expect(added).toEqual([
    { dueAt: NINE, slept: undefined, follows: undefined },
    { dueAt: NINE + 10 * HOUR, slept: { from: NINE + HOUR, to: NINE + 10.5 * HOUR }, follows: undefined },
  ]);
});

test("skips while the run before has not ended, unless it may queue", () => {
  const hourly = { ...base, when: { cron: "0 * * * *", timezone: "UTC" } };
  const clock = clockOf(hourly, { ...hourly, name: "queued", overlap: "queue" });
  for (const moment of [NINE - 1, NINE, NINE + HOUR]) {
    now = moment;
    clock.look();
  }
  expect(started).toHaveLength(3);
  const skipped = store.firings.recent(9).filter(({ runId }) => runId === null);
  expect(skipped).toEqual([
    {
      ...{ type: "schedule", source: "tests", dueAt: NINE + HOUR },
      ...{ runId: null, reason: "the run before had not ended" },
    },
  ]);
});

test("waits for idle conversations if it is told to", () => {
  isBusy = true;
  lookAt(clockOf({ ...base, only_when_idle: true }), NINE - 1, NINE);
  expect(started).toEqual([]);
  expect(store.firings.recent(1)[0]).toMatchObject({ runId: null, reason: "the conversation was not idle" });
});

test('session = "same" resumes the run before', () => {
  const clock = clockOf({ ...base, session: "same" });
  lookAt(clock, NINE - 1, NINE, NINE + 24 * HOUR);
  expect(added.map(({ follows }) => follows)).toEqual([undefined, "run0"]);
});

test("a kill before the run is stored loses nothing, and one after it repeats nothing", () => {
  const clock = clockOf(base);
  lookAt(clock, NINE - 1);
  problem = new Error("killed");
  lookAt(clock, NINE);
  expect(store.runs.open()).toEqual([]);
  problem = undefined;
  lookAt(clockOf(base), NINE + MINUTE);
  lookAt(clockOf(base), NINE + 2 * MINUTE);
  expect(started).toEqual(["run1"]);
});

test("a fault that the person must fix is told once, and does not stop the next day's run", () => {
  const clock = clockOf(base);
  problem = new UserError("The project 'web' is not configured any more.");
  lookAt(clock, NINE - 1, NINE, NINE + MINUTE);
  expect(told).toEqual(["The project 'web' is not configured any more."]);
  problem = undefined;
  lookAt(clock, NINE + 24 * HOUR);
  expect(started).toHaveLength(1);
});

test("a paused one does not run, and makes nothing up when it goes on", () => {
  const clock = clockOf(base);
  lookAt(clock, NINE - 1);
  store.schedules.setState("tests", "paused", now);
  lookAt(clockOf(base), NINE, NINE + HOUR);
  store.schedules.setState("tests", "active", now);
  lookAt(clockOf(base), NINE + 2 * HOUR, NINE + 24 * HOUR);
  expect(added.map(({ dueAt }) => dueAt)).toEqual([NINE + 24 * HOUR]);
});

test("the clock of a schedule that was paused is looked at no more often than any other", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let looks = 0;
  const clock = clockOf(base);
  const look = clock.look.bind(clock);
  clock.look = () => {
    looks++;
    look();
  };
  onTestFinished(() => clock.close());
  now = NINE - 20_000;
  clock.start();
  store.schedules.setState("tests", "paused", now);
  now = NINE + HOUR;
  vi.advanceTimersByTime(5 * MINUTE);
  expect(looks).toBeLessThanOrEqual(12);
  expect(started).toEqual([]);
});

test("one of the chat is kept in the store, and a reminder goes when it has run", () => {
  const reminder: Schedule = { ...base, name: "reminder", when: { at: NINE } };
  store.schedules.add({ name: "reminder", state: "active", definition: JSON.stringify(reminder), lastDueAt: now });
  store.schedules.add({ name: "draft", state: "draft", definition: JSON.stringify(reminder), lastDueAt: now });
  lookAt(clockOf(), NINE - 1, NINE, NINE + HOUR);
  expect(started).toEqual(["run0"]);
  expect(store.schedules.all().map(({ name }) => name)).toEqual(["draft"]);
});

test("across both changes of the clocks each day has its run, once", () => {
  const berlin = { ...base, when: { cron: "30 2 * * *", timezone: "Europe/Berlin" } };
  const clock = clockOf(berlin);
  const dueIn = (from: string, hours: number) => {
    const before = added.length;
    for (let hour = 0; hour <= hours * 2; hour++) lookAt(clock, Date.parse(from) + hour * (HOUR / 2));
    return added.slice(before).map(({ dueAt }) => new Date(dueAt).toISOString().slice(0, 16));
  };
  now = Date.parse("2026-03-28T12:00Z");
  expect(dueIn("2026-03-28T12:00Z", 40)).toEqual(["2026-03-29T01:00", "2026-03-30T00:30"]);
  now = Date.parse("2026-10-24T12:00Z");
  clock.look();
  expect(dueIn("2026-10-24T12:00Z", 40)).toEqual(["2026-10-25T00:30", "2026-10-26T01:30"]);
});

test("after six hours' sleep one run comes, late, and the next at its time", () => {
  const often = { ...base, when: { cron: "*/10 * * * *", timezone: "UTC" } };
  const woken = NINE + 6 * HOUR + MINUTE * 4;
  lookAt(clockOf(often), NINE - 1, NINE, woken, woken + 30_000, NINE + 6 * HOUR + 10 * MINUTE);
  expect(added.map(({ dueAt, slept }) => [(dueAt - NINE) / MINUTE, slept !== undefined])).toEqual([
    [0, false],
    [360, true],
    [370, false],
  ]);
});

test("two bridges over one state file run what is due once", () => {
  const file = join(mkdtempSync(join(tmpdir(), "takopi-test-")), "takopi.db");
  onTestFinished(() => rmSync(dirname(file), { recursive: true, force: true }));
  const stores = [openStore(file), openStore(file)];
  onTestFinished(() => {
    for (const one of stores) one.close();
  });
  const clocks = stores.map((one) => {
    store = one;
    const clock = clockOf(base);
    clock.look();
    return { one, clock };
  });
  now = NINE;
  for (const { one, clock } of [...clocks, ...clocks]) {
    store = one;
    clock.look();
  }
  expect(started).toEqual(["run0"]);
});

test("run now does not move the next time, and a reminder that was run is gone", () => {
  const clock = clockOf(base);
  lookAt(clock, NINE - HOUR);
  now = NINE - MINUTE;
  expect(clock.runNow("tests")).toBe("run0");
  end("run0");
  lookAt(clock, NINE - 1, NINE);
  expect(added.map(({ dueAt }) => dueAt)).toEqual([NINE - MINUTE, NINE]);
  const reminder: Schedule = { ...base, name: "reminder", when: { at: NINE + HOUR } };
  store.schedules.add({ name: "reminder", state: "active", definition: JSON.stringify(reminder), lastDueAt: now });
  clock.runNow("reminder");
  expect(store.schedules.get("reminder")).toBeUndefined();
  expect(() => clock.runNow("reminder")).toThrow("No schedule is called reminder.");
});

test("a reminder that came too late is told and forgotten", () => {
  const reminder: Schedule = { ...base, name: "reminder", when: { at: NINE } };
  store.schedules.add({ name: "reminder", state: "active", definition: JSON.stringify(reminder), lastDueAt: now });
  lookAt(clockOf(), NINE + 25 * HOUR);
  expect(told).toEqual(["missed by more than 24 hours."]);
  expect(store.schedules.all()).toEqual([]);
});

test(`${times(7, 365)} days of every five minutes come in order, each once`, () => {
  const clock = clockOf({ ...base, when: { cron: "*/5 * * * *", timezone: "UTC" }, overlap: "queue" });
  const first = Date.parse("2026-01-01T00:00Z");
  const steps = times(7, 365) * 24 * 12;
  let wrong = 0;
  for (let step = 0; step <= steps; step++) {
    now = first + step * 5 * MINUTE;
    clock.look();
    const [firing] = added.splice(0);
    if (step > 0 && (firing?.dueAt !== now || firing.slept !== undefined)) wrong++;
  }
  expect(wrong).toBe(0);
}, 120_000);
