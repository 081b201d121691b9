import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { RunQuestions } from "../../src/bridge/questions.ts";
import type { Config } from "../../src/config/config.ts";
import type { Acknowledged } from "../../src/domain/events.ts";
import type { Rules } from "../../src/domain/policy.ts";
import type { Question, Reply } from "../../src/domain/question.ts";
import { openStore } from "../../src/store/store.ts";
import { noLog } from "../helpers/recordings.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MINUTE_MS = 60_000;
const command: Question = {
  ...{ id: "q1", kind: "command", title: "make", command: "make", canAllowSession: true },
  place: { isOwn: true, directory: "/src/web" },
};
const ann = { id: "7", name: "Ann" };

type Ack = Omit<Acknowledged, "type" | "id">;

const TAKEN: Ack = { ok: true };
const TOO_LATE: Ack = { ok: false };

/** A run whose engine acknowledges replies as told: undefined is never. */
function setUp(acknowledge: () => Ack | undefined, rules: Rules = {}) {
  const store = openStore(":memory:");
  onTestFinished(() => store.close());
  const common = { topicId: null, userId: "7", project: null, branch: null, resume: null, follows: null };
  store.runs.add({ ...common, id: "r1", chatId: "5", messageId: "1", engine: "codex", prompt: "p", createdAt: 1 });
  const run = store.runs.get("r1");
  if (!run) throw new Error("no run");
  const calls: string[] = [];
  const replies: Reply[] = [];
  const commands: string[] = [];
  const questions = new RunQuestions({
    ...{ run, rules: () => rules, store, log: noLog, onWaiting: () => {}, now: () => 100 },
    cards: { show: () => void calls.push("show"), remind: () => void calls.push("remind") },
    config: () => ({ limits: { approval_minutes: 10 } }) as Config,
    send: ({ id, reply }) => {
      replies.push(reply);
      commands.push(id);
      const ack = acknowledge();
      if (ack) void Promise.resolve().then(() => questions.heard({ type: "ack", id, ...ack }));
    },
  });
  const ask = (question: Question = command) => questions.heard({ type: "question", engine: "codex", question });
  const resolve = () => questions.heard({ type: "resolved", engine: "codex", questionId: "q1" });
  const only = () => {
    const [stored, ...others] = store.questions.recent(5);
    if (!stored || others.length > 0) throw new Error("not one question");
    return stored;
  };
  return { questions, store, calls, replies, commands, ask, resolve, only };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

test("a reply is passed on, and stored with who gave it; a second one is refused", async () => {
  const { questions, ask, only, calls, replies } = setUp(() => TAKEN);
  ask();
  ask();
  expect(questions.isWaiting).toBe(true);
  const { key } = only();
  expect(questions.answer(key, { type: "allow", scope: "session" }, ann)).toBe(true);
  expect(questions.answer(key, { type: "deny" }, ann)).toBe(false);
  await settled();
  expect(only()).toMatchObject({ state: "answered", reply: "allow", scope: "session", decidedBy: "user" });
  expect(only()).toMatchObject({ userId: "7", userName: "Ann", closedAt: 100 });
  expect(questions.answer(key, { type: "deny" }, ann)).toBe(false);
  expect(replies).toEqual([{ type: "allow", scope: "session" }]);
  expect(calls).toEqual(["show", "show"]);
  expect(questions.isWaiting).toBe(false);
});

test("an engine that did not wait any more closes the question, and its card says why", async () => {
  const { questions, ask, only } = setUp(() => TOO_LATE);
  ask();
  questions.answer(only().key, { type: "deny" }, ann);
  await settled();
  expect(only()).toMatchObject({ state: "withdrawn", reply: null, problem: expect.stringMatching(/did not wait/) });
});

test("a reply that could not be passed on leaves the question open, to be tried again", async () => {
  let isBroken = true;
  const { questions, ask, only, calls } = setUp(() =>
    isBroken ? { ok: false, problem: "The server is busy." } : TAKEN,
  );
  ask();
  questions.answer(only().key, { type: "deny" }, ann);
  await settled();
  expect(only()).toMatchObject({ state: "open", problem: "The server is busy." });
  expect(calls).toEqual(["show", "show"]);
  isBroken = false;
  expect(questions.answer(only().key, { type: "deny" }, ann)).toBe(true);
  await settled();
  expect(only()).toMatchObject({ state: "answered", problem: null });
});

test("half the time brings it back to mind once, all of it denies it", async () => {
  const { ask, only, calls, replies } = setUp(() => TAKEN);
  ask();
  await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
  expect(calls).toEqual(["show", "remind"]);
  await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
  expect(replies).toEqual([{ type: "deny", reason: "Nobody answered within 10 min." }]);
  expect(only()).toMatchObject({ state: "expired", reply: "deny", decidedBy: "time" });
  await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);
  expect(calls).toEqual(["show", "remind", "show"]);
});

test("the time is up as well if the engine refuses to be told", async () => {
  const { ask, only } = setUp(() => ({ ok: false, problem: "It is gone." }));
  ask({ id: "q1", kind: "text", title: "?", isSecret: false });
  await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
  expect(only()).toMatchObject({ state: "expired", reply: "dismiss", problem: "It is gone." });
});

test("the rules answer without a card", async () => {
  const { ask, only, calls, replies, questions } = setUp(() => TAKEN, { allow: ["make"] });
  ask();
  expect(questions.isWaiting).toBe(false);
  await settled();
  expect(replies).toEqual([{ type: "allow", scope: "once" }]);
  expect(only()).toMatchObject({ state: "answered", reply: "allow", decidedBy: "policy" });
  expect(calls).toEqual([]);
});

test("a permission for a session is remembered for the same command in the same directory alone", async () => {
  const rules: Rules = { remember: true, deny: ["rm *"] };
  const { ask, questions, store } = setUp(() => TAKEN, rules);
  const make = { ...command, cwd: "/src/web" } as Question;
  ask(make);
  const [first] = store.questions.recent(1);
  questions.answer(first?.key ?? "", { type: "allow", scope: "session" }, ann);
  await settled();
  const others: Question[] = [
    ...[
      { ...make, id: "q2" },
      { ...make, id: "q3", cwd: "/src/web/sub" },
      { ...make, id: "q4", command: "make x" },
    ],
    { ...make, id: "q5", place: { isOwn: false, directory: "/src/web" } },
  ] as Question[];
  for (const other of others) ask(other);
  await settled();
  const states = new Map(store.questions.recent(9).map(({ questionId, state }) => [questionId, state]));
  expect([...others.map(({ id }) => states.get(id))]).toEqual(["answered", "open", "open", "open"]);
});

test("if the rules' answer cannot be passed on, somebody is asked", async () => {
  const { ask, only, calls, questions } = setUp(() => ({ ok: false, problem: "No." }), { approvals: "deny" });
  ask();
  await settled();
  expect(only()).toMatchObject({ state: "open", problem: expect.any(String) });
  expect(questions.isWaiting).toBe(true);
  expect(calls).toEqual(["show"]);
});

test("a question that the engine gives up, or its run leaves open, is withdrawn", async () => {
  for (const close of ["resolve", "completed", "end"] as const) {
    const { questions, ask, resolve, only, calls } = setUp(() => TAKEN);
    ask();
    if (close === "resolve") resolve();
    else if (close === "completed") questions.heard({ type: "completed", engine: "codex", ok: true, answer: "" });
    else questions.end();
    expect(only()).toMatchObject({ state: "withdrawn", reply: null });
    expect(calls).toEqual(["show", "show"]);
    await vi.advanceTimersByTimeAsync(20 * MINUTE_MS);
    expect(calls).toHaveLength(2);
  }
});

test("a reply on its way counts though the engine resolves the question and ends before it acknowledges it", async () => {
  const { questions, ask, resolve, only, commands } = setUp(() => undefined);
  ask();
  questions.answer(only().key, { type: "deny", reason: "no" }, ann);
  resolve();
  questions.heard({ type: "completed", engine: "codex", ok: true, answer: "" });
  questions.heard({ type: "ack", id: commands[0] ?? "", ok: true });
  questions.end();
  expect(only()).toMatchObject({ state: "answered", reply: "deny", reason: "no" });
  ask({ ...command, id: "q2" });
  expect(only().questionId).toBe("q1");
});

test("a reply that was never acknowledged is told as not taken when the run is over", () => {
  const { questions, ask, only } = setUp(() => undefined);
  ask();
  questions.answer(only().key, { type: "deny" }, ann);
  questions.end();
  expect(only()).toMatchObject({
    state: "withdrawn",
    reply: null,
    problem: expect.stringMatching(/before the engine took/),
  });
});

test("no secret answer is stored, nor anything of it", async () => {
  const { questions, ask, only } = setUp(() => TAKEN);
  ask({ id: "q1", kind: "text", title: "Token?", isSecret: true });
  questions.answer(only().key, { type: "text", text: "hunter2" }, ann);
  await settled();
  expect(only()).toMatchObject({ state: "answered", reply: "text", answer: null });
  expect(JSON.stringify(only())).not.toContain("hunter2");
});
