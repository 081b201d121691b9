import { expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import type { NewRun } from "../../src/store/stored-run.ts";

const USAGE = { inputTokens: 5, outputTokens: 6, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.5 };

const run = (id: string): NewRun => ({
  ...{ id, chatId: "1", topicId: null, messageId: id, userId: "2", engine: "codex", project: "web", branch: null },
  ...{ prompt: "my secret", resume: null, follows: null, createdAt: Number(id) },
});

function withRuns(...ids: string[]) {
  const store = openStore(":memory:");
  for (const id of ids) {
    store.runs.add(run(id));
    store.runs.setSession(id, `session ${id}`);
    store.runs.end(id, { kind: "done", answer: "an answer", error: "an error", steps: 3, usage: USAGE }, Number(id));
    store.deliveries.add({ runId: id, chatId: "1", topicId: null, replyTo: "1", body: null, createdAt: Number(id) });
    store.deliveries.sent(Number(id));
  }
  return store;
}

test("a run that ended long ago loses its texts, and keeps its counts, its session and its messages", () => {
  const store = withRuns("1", "2");
  store.messages.lead("1", "77", "1");
  expect(store.history.prune(2)).toBe(1);
  const left = { prompt: "", answer: null, error: null, outcome: "done", steps: 3, inputTokens: 5, costUsd: 0.5 };
  expect(store.runs.get("1")).toMatchObject({ ...left, session: "session 1" });
  expect(store.messages.runOf("1", "77")?.id).toBe("1");
  expect(store.runs.get("2")).toMatchObject({ prompt: "my secret", answer: "an answer" });
  expect(store.runs.usageSince(0)).toMatchObject([{ runs: 2, costUsd: 1 }]);
  expect(store.history.prune(2)).toBe(0);
});

test("a run that has not ended, or is not delivered yet, keeps its texts", () => {
  const store = withRuns("1");
  store.runs.add(run("2"));
  store.deliveries.add({ runId: "1", chatId: "1", topicId: null, replyTo: "1", body: null, createdAt: 1 });
  expect(store.history.prune(99)).toBe(0);
  expect(store.runs.get("1")?.answer).toBe("an answer");
  expect(store.runs.get("2")?.prompt).toBe("my secret");
});

test("a question keeps its kind and who decided, and loses its words", () => {
  const store = withRuns("1");
  const question = { id: "q", kind: "command", title: "rm x", command: "rm x", canAllowSession: false } as const;
  store.questions.add({ key: "k", runId: "1", question, chatId: "1", topicId: null, askedAt: 1 });
  store.questions.settle("k", { type: "deny", reason: "not that" }, { by: "user", user: { id: "2", name: "Ada" } }, 1);
  store.history.prune(9);
  const left = { state: "answered", reply: "deny", userName: "Ada", title: "", reason: null };
  expect(store.questions.recent(1)).toMatchObject([left]);
  expect(JSON.stringify(store.questions.recent(1))).not.toContain("rm x");
});

test("the next delivery is newer than all before it, also if these were removed", () => {
  const store = withRuns("1", "2", "3");
  store.history.prune(99);
  store.deliveries.add({ runId: null, chatId: "1", topicId: null, replyTo: null, body: "b", createdAt: 100 });
  expect(store.deliveries.open(3)).toHaveLength(1);
});

test("news that is told once is new once", () => {
  const { history } = openStore(":memory:");
  expect([history.tellsFirst("a", 1), history.tellsFirst("b", 1), history.tellsFirst("a", 2)]).toEqual([
    true,
    true,
    false,
  ]);
});
