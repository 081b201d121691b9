import { expect, test } from "vitest";
import type { Action, ActionEvent } from "../../src/domain/events.ts";
import { initialProgress, type ProgressState, reduceProgress } from "../../src/domain/progress.ts";

type Step = Partial<Omit<ActionEvent, "action">> & { readonly action?: Partial<Action> };

function event(id: string, phase: ActionEvent["phase"], { action = {}, ...rest }: Step = {}): ActionEvent {
  return {
    type: "action",
    engine: "pi",
    phase,
    action: { id, kind: "command", title: id, detail: {}, ...action },
    ...rest,
  };
}

const play = (...events: readonly ActionEvent[]): ProgressState => events.reduce(reduceProgress, initialProgress());
const shown = (state: ProgressState) => state.shown.map(({ action, state: mark }) => `${action.id} ${mark}`);

test("shows the last five actions in the order in which they first came", () => {
  const events = ["1", "2", "3", "4", "5", "6"].map((id) => event(id, "started"));
  expect(shown(play(...events, event("3", "updated")))).toEqual([
    "2 started",
    "3 updated",
    "4 started",
    "5 started",
    "6 started",
  ]);
});

test("counts each action once, however often it is heard of", () => {
  expect(
    play(event("a", "started"), event("a", "updated"), event("a", "completed"), event("b", "completed")).steps,
  ).toBe(2);
});

test("neither shows nor counts turns and actions without an id", () => {
  expect(play(event("", "started"), event("t", "started", { action: { kind: "turn" } }))).toEqual(initialProgress());
});

test("takes a repeated start for news of the same action", () => {
  expect(shown(play(event("a", "started"), event("a", "started")))).toEqual(["a updated"]);
});

test.each([
  [{ ok: true, action: { detail: { exitCode: 1 } } }, "done"],
  [{ ok: false }, "failed"],
  [{ action: { detail: { exitCode: 2 } } }, "failed"],
  [{ action: { detail: { exitCode: 0 } } }, "done"],
  [{}, "done"],
] as const)("judges an end by its flag, then by its exit code: %j", (step, mark) => {
  expect(shown(play(event("a", "started"), event("a", "completed", step)))).toEqual([`a ${mark}`]);
});

test("does not bring back an action that has scrolled out, and does not count it again", () => {
  const state = play(...["1", "2", "3", "4", "5", "6"].map((id) => event(id, "started")), event("1", "completed"));
  expect(shown(state)).not.toContain("1 done");
  expect(state.steps).toBe(6);
});

test("knows which tools are running, and takes notes for none", () => {
  const state = play(
    event("a", "started"),
    event("b", "started", { action: { kind: "tool" } }),
    event("n", "started", { action: { kind: "note" } }),
    event("a", "completed"),
  );
  expect(state.open).toEqual(["b"]);
});

test.each(["started", "completed"] as const)("stays of the same size over 10,000 actions that are %s", (phase) => {
  let state = initialProgress();
  for (let id = 0; id < 10_000; id++) state = reduceProgress(state, event(String(id), phase));
  expect(state.steps).toBe(10_000);
  expect(JSON.stringify(state).length).toBeLessThan(3_000);
});
