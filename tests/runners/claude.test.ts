import { expect, test } from "vitest";
import { claude } from "../../runners/claude/index.ts";
import type { Completed, RunEvent } from "../../src/domain/events.ts";
import { readRecording, replay } from "../helpers/recordings.ts";

const play = (name: string): Promise<RunEvent[]> => replay(claude, [readRecording("claude", name)]);

async function outcome(name: string): Promise<Completed> {
  const last = (await play(name)).at(-1);
  if (last?.type !== "completed") throw new Error("no outcome");
  return last;
}

const actions = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === "action" ? [[event.phase, event.action.kind, event.action.title]] : []));

test("commands side by side are told from start to end, then the answer", async () => {
  const events = await play("parallel-commands");
  expect(events[0]).toMatchObject({ type: "started", title: "claude-opus-5-5", meta: { cwd: "/repo" } });
  const kinds = actions(events).map(([phase, kind]) => `${phase} ${kind}`);
  expect(kinds.filter((kind) => kind === "started command")).toHaveLength(2);
  expect(kinds.filter((kind) => kind === "completed command")).toHaveLength(2);
  expect(events.at(-1)).toMatchObject({ type: "completed", ok: true });
});

test("work in the background goes on after the first result, and both answers are kept", async () => {
  const events = await play("subagent-two-results");
  const subagent = events.filter((event) => event.type === "action" && event.action.kind === "subagent");
  expect(subagent.map((event) => event.type === "action" && event.phase)).toEqual(["started", "completed"]);
  const { answer, ok } = await outcome("subagent-two-results");
  expect(ok).toBe(true);
  expect(answer.split("\n\n")).toHaveLength(2);
});

test("an outcome says how full the context of the session's own model is", async () => {
  expect((await outcome("at-file")).usage?.contextFill).toBeCloseTo(150 / 1_000_000, 8);
});

test("a thought is a note, and a refused tool is a step that failed", async () => {
  expect(actions(await play("read-thinking")).map(([, kind]) => kind)).toContain("note");
  const denied = await play("denied");
  expect(denied.some((event) => event.type === "action" && event.phase === "completed" && event.ok === false)).toBe(
    true,
  );
});

test.each([
  ["401", /Invalid API key|authentication/i],
  ["404", /issue with the selected model/],
  ["429", /429/],
  ["529", /Overloaded/],
  ["usage-limit", /hit your 5-hour limit/],
  ["too-long", /Prompt is too long/],
  ["max-turns", /maximum number of turns/],
  ["max-budget", /maximum budget/],
  ["socket-cut", /Connection/],
])("%s is an error in claude's words, although its subtype may say success", async (name, words) => {
  const { ok, error } = await outcome(name);
  expect(ok).toBe(false);
  expect(error).toMatch(words);
});

test("a claude without a login is told how to get one", async () => {
  expect((await outcome("no-key")).error).toContain("log in, or set `claude.use_api_billing = true`");
});

test("an unknown session is an error by its id", async () => {
  expect((await outcome("resume-unknown")).error).toContain("No conversation found with session ID");
});

test("resume lines are read in both forms, and given back in the long one", () => {
  const id = "8fe6f112-ca5f-4644-81c2-8e1bdf83418e";
  expect(claude.resume.parse(`claude --resume ${id.toUpperCase()}`)).toBe(id);
  expect(claude.resume.parse(`claude -r ${id}`)).toBe(id);
  expect(claude.resume.parse(`please claude -r ${id}`)).toBeUndefined();
  expect(claude.resume.parse(claude.resume.format(id))).toBe(id);
});
