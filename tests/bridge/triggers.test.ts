import { beforeEach, expect, test } from "vitest";
import { storeOutcome } from "../../src/bridge/outcome.ts";
import { type Cause, Triggers } from "../../src/bridge/triggers.ts";
import type { Origin } from "../../src/domain/origin.ts";
import type { Trigger } from "../../src/domain/trigger.ts";
import { UserError } from "../../src/errors.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { noLog } from "../helpers/recordings.ts";

const MINUTE = 60_000;
const NOON = Date.parse("2026-06-01T12:00Z");

const base: Trigger = {
  ...{ name: "fix", on: "error", where: {}, do: "task", text: "fix {error}", only_when_idle: false, chain: false },
};

let store: Store;
let now: number;
let isBusy: boolean;
let problem: Error | undefined;
let acted: string[];
let started: string[];
let runs: number;

beforeEach(() => {
  store = openStore(":memory:");
  [now, isBusy, problem, runs] = [NOON, false, undefined, 0];
  [acted, started] = [[], []];
});

function addRun(origin: Origin, chatId = "1"): string {
  const id = `run${runs++}`;
  const place = { chatId, topicId: null, messageId: null, userId: null };
  const task = { engine: "codex", project: null, branch: null, prompt: "x", resume: null, follows: null };
  store.runs.add({ id, origin, ...place, ...task, createdAt: now });
  return id;
}

function triggersOf(...configured: Trigger[]): Triggers {
  return new Triggers({
    ...{ store, configured: () => configured, isBusy: () => isBusy, deliver: () => {}, now: () => now, log: noLog },
    act: (trigger: Trigger, cause: Cause, text) => {
      if (problem) throw problem;
      acted.push(`${trigger.name}: ${text}`);
      const depth = cause.run?.origin.type === "trigger" ? cause.run.origin.depth + 1 : 1;
      return trigger.do === "notify" ? undefined : addRun({ type: "trigger", name: trigger.name, depth });
    },
    start: (runId) => void started.push(runId),
  });
}

/** A run ends as runs do: outcome, firings and what they begin are one transaction. */
function end(triggers: Triggers, id: string, error = "boom"): void {
  const run = store.runs.get(id);
  if (!run) throw new Error(`no run ${id}`);
  const outcome = { kind: "error", answer: "", error, steps: 0, usage: undefined } as const;
  storeOutcome({ run, session: undefined, outcome, at: now }, store, triggers);
  triggers.begin();
}

const reasons = () => store.firings.recent(99).map(({ reason }) => reason);

test("fires once for what happened, however often it is told", () => {
  const triggers = triggersOf({ ...base, do: "notify" });
  const id = addRun({ type: "message" });
  end(triggers, id);
  const run = store.runs.get(id);
  if (run) triggers.ended(run);
  expect(acted).toEqual(["fix: fix boom"]);
  expect(store.firings.recent(9)).toEqual([{ type: "trigger", source: "fix", dueAt: NOON, runId: null, reason: null }]);
});

test("a kill between the outcome and the run that it begins is not possible: they are stored together", () => {
  const triggers = triggersOf(base);
  const id = addRun({ type: "message" });
  const run = store.runs.get(id);
  const outcome = { kind: "error", answer: "", error: "boom", steps: 0, usage: undefined } as const;
  const killed = () =>
    store.transaction(() => {
      if (run) store.runs.end(id, outcome, now);
      const ended = store.runs.get(id);
      if (ended) triggers.ended(ended);
      throw new Error("killed");
    });
  expect(killed).toThrow("killed");
  expect(store.runs.open().map((open) => open.id)).toEqual([id]);
  expect(store.firings.recent(9)).toEqual([]);
  end(triggers, id);
  expect(store.firings.recent(9)).toHaveLength(1);
  expect(store.runs.open()).toHaveLength(1);
});

test("a chain ends after five", () => {
  const triggers = triggersOf({ ...base, chain: true });
  end(triggers, addRun({ type: "message" }));
  for (let left = 20; left > 0 && started.length > 0; left--) end(triggers, started.shift() ?? "");
  expect(acted).toHaveLength(5);
  expect(reasons()[0]).toBe("5 triggers stand behind this run already");
});

test.each<[string, Partial<Trigger>, string]>([
  ["min_interval", { minIntervalMs: 10 * MINUTE }, "min_interval has not passed"],
  ["max_per_day", { max_per_day: 1 }, "max_per_day is reached"],
  ["dedupe", { dedupeMs: 10 * MINUTE }, "the same text came within dedupe"],
])("%s refuses, and that is stored", (_, guard, reason) => {
  const triggers = triggersOf({ ...base, ...guard });
  for (const _ of [1, 2]) end(triggers, addRun({ type: "message" }));
  expect(acted).toHaveLength(1);
  expect(reasons()).toEqual([reason, null]);
  now += 24 * 60 * MINUTE;
  end(triggers, addRun({ type: "message" }));
  expect(acted).toHaveLength(2);
});

test("dedupe looks at the text: another one is acted on", () => {
  const triggers = triggersOf({ ...base, dedupeMs: 10 * MINUTE });
  for (const error of ["one", "two"]) end(triggers, addRun({ type: "message" }), error);
  expect(acted).toHaveLength(2);
});

test("only_when_idle refuses, and so does what cannot be done", () => {
  const triggers = triggersOf({ ...base, only_when_idle: true });
  isBusy = true;
  end(triggers, addRun({ type: "message" }));
  [isBusy, problem] = [false, new UserError("The run has no session to reply to.")];
  end(triggers, addRun({ type: "message" }));
  expect(reasons()).toEqual(["The run has no session to reply to.", "the conversation was not idle"]);
});

test("a bug in here does not keep an outcome from being stored", () => {
  problem = new Error("a bug");
  const id = addRun({ type: "message" });
  end(triggersOf(base), id);
  expect(store.runs.get(id)?.outcome).toBe("error");
});

test("a question fires when a person is asked", () => {
  const triggers = triggersOf({ ...base, on: "question", text: "asked in {run}" });
  const run = store.runs.get(addRun({ type: "message" }));
  if (run) for (const _ of [1, 2]) triggers.asked(run, "q1");
  expect(acted).toEqual(["fix: asked in run0"]);
});

test("idle fires once, when nothing has run for that long in the conversation", () => {
  const triggers = triggersOf({ ...base, on: "idle", forMs: 10 * MINUTE, text: "idle after {run}", do: "notify" });
  const [quiet, busy] = [addRun({ type: "message" }, "1"), addRun({ type: "message" }, "2")];
  for (const id of [quiet, busy]) end(triggers, id);
  addRun({ type: "message" }, "2");
  for (const minutes of [9, 10, 11, 40]) {
    now = NOON + minutes * MINUTE;
    triggers.look();
    expect(acted).toEqual(minutes < 10 ? [] : [`fix: idle after ${quiet}`]);
  }
});

test("a call from outside that was stored is dealt with once, also after a restart", () => {
  const hook: Trigger = { ...base, on: "webhook", text: "{payload}", webhook: { kind: "hmac", secret: { env: "X" } } };
  const call = { trigger: "fix", delivery: "d1", payload: "hello", receivedAt: now };
  expect(store.webhooks.receive(call)).toBe(true);
  expect(store.webhooks.receive(call)).toBe(false);
  for (const _ of [1, 2]) triggersOf(hook).takeWebhooks();
  expect(acted).toHaveLength(1);
  expect(acted[0]).toContain("data from outside");
  expect(started).toHaveLength(1);
  expect(store.webhooks.receive(call)).toBe(false);
});
