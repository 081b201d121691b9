import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../../src/store/store.ts";

function storeWith(answer: string) {
  const store = openStore(":memory:");
  onTestFinished(() => store.close());
  const place = { chatId: "1", topicId: null, messageId: "1", userId: "1" };
  const run = {
    id: "r1",
    ...place,
    engine: "a",
    project: null,
    branch: null,
    prompt: "x",
    resume: null,
    follows: null,
  };
  store.runs.add({ ...run, createdAt: 1 });
  const end = (text: string) => ({ kind: "done", answer: text, error: undefined, steps: 0, usage: undefined }) as const;
  store.durably(() => store.runs.end("r1", end(answer), 2));
  store.durably(() => store.runs.end("r1", end("a later outcome, which does not count ".repeat(3_000)), 3));
  const stored = store.runs.get("r1");
  if (!stored) throw new Error("The run is gone.");
  return { store, stored };
}

test.each([
  ["an answer of no words", ""],
  ["a short answer", "All is well."],
  ["an answer of one piece exactly", "x".repeat(64 * 1024)],
  ["an answer whose pieces would split characters", `x${"👩‍👩‍👧‍👦é".repeat(40_000)}`],
])("%s comes back whole", (_, answer) => {
  const { store, stored } = storeWith(answer);
  expect(store.answers.whole(stored) === answer).toBe(true);
});

test("a run holds no more than a piece of its answer, and the rest is read piece by piece", () => {
  const answer = "A paragraph of words.\n\n".repeat(1_300_000);
  const { store, stored } = storeWith(answer);
  expect(stored.answer?.length).toBeLessThanOrEqual(64 * 1024);
  let length = stored.answer?.length ?? 0;
  for (const piece of store.answers.rest("r1")) {
    expect(piece.length).toBeLessThanOrEqual(64 * 1024);
    length += piece.length;
  }
  expect(length).toBe(answer.length);
});

test("a pruned answer leaves nothing behind", () => {
  const { store } = storeWith("word ".repeat(50_000));
  store.history.prune(10);
  expect([...store.answers.rest("r1")]).toEqual([]);
});
