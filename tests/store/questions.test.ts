import { expect, onTestFinished, test } from "vitest";
import type { Question } from "../../src/domain/question.ts";
import { openStore } from "../../src/store/store.ts";

const colours: Question = {
  ...{ id: "q", kind: "choice", title: "Which?", isMultiple: true, isOpen: true },
  options: [{ value: "r", label: "Red" }],
};

function setUp() {
  const store = openStore(":memory:");
  onTestFinished(() => store.close());
  const common = { topicId: null, userId: "7", project: null, branch: null, resume: null, follows: null };
  store.runs.add({ ...common, id: "r1", chatId: "5", messageId: "1", engine: "codex", prompt: "p", createdAt: 1 });
  const add = (key: string, chatId: string, askedAt: number, question = colours) =>
    store.questions.add({ key, runId: "r1", question, chatId, topicId: null, askedAt });
  return { questions: store.questions, add };
}

test("a question comes back as it was asked, by its key and by each message that belongs to it", () => {
  const { questions, add } = setUp();
  add("a", "5", 1);
  expect(questions.get("a")).toMatchObject({ question: colours, state: "open", kind: "choice", title: "Which?" });
  questions.setCard("a", "50");
  for (const messageId of ["50", "51"]) questions.addMessage("a", "5", messageId);
  expect(questions.byMessage("5", "51")).toMatchObject({ key: "a", cardId: "50" });
  expect(questions.byMessage("6", "51")).toBeUndefined();
  expect(questions.get("b")).toBeUndefined();
});

test("the first answer stays, in words for people", () => {
  const { questions, add } = setUp();
  add("a", "5", 1);
  questions.settle(
    "a",
    { type: "choose", values: ["r", "unknown"] },
    { by: "user", user: { id: "7", name: "Ann" } },
    2,
  );
  questions.settle("a", { type: "dismiss" }, { by: "time" }, 3);
  questions.withdraw("a", 4);
  questions.expireOpen(5);
  expect(questions.get("a")).toMatchObject({ state: "answered", reply: "choose", answer: "Red, unknown", closedAt: 2 });
});

test("lists the newest first, of one chat or of all", () => {
  const { questions, add } = setUp();
  add("a", "5", 1);
  add("b", "6", 2);
  add("c", "5", 3);
  expect(questions.recent(2).map(({ key }) => key)).toEqual(["c", "b"]);
  expect(questions.recent(5, "5").map(({ key }) => key)).toEqual(["c", "a"]);
});

test("after a crash open questions expire, and their cards are the ones to be mended", () => {
  const { questions, add } = setUp();
  for (const key of ["a", "b", "c"]) add(key, "5", 1);
  for (const key of ["a", "b"]) {
    questions.setCard(key, "50");
    questions.setCardState(key, "open");
  }
  questions.settle("b", { type: "dismiss" }, { by: "user", user: { id: "7", name: "Ann" } }, 2);
  questions.setCardState("b", "answered");
  questions.expireOpen(9);
  expect(questions.get("c")).toMatchObject({ state: "expired", decidedBy: null, closedAt: 9 });
  expect(questions.outdated()).toEqual(["a"]);
});
