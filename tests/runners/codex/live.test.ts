import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { codex } from "../../../runners/codex/index.ts";
import type { Completed, RunEvent } from "../../../src/domain/events.ts";
import type { GoalTerms } from "../../../src/domain/goal.ts";
import type { Question, Reply } from "../../../src/domain/question.ts";
import type { EngineOptions } from "../../../src/engine/options.ts";
import { childProgram, collect, recordingLog } from "../../engine/toy.ts";
import { DrivenRun, host, openDriven, toRequest, toSession } from "../../helpers/driven.ts";

afterEach(async () => {
  await host.close();
});

/** A turn on the scripted server, which does what the words of the prompt say. */
function open(
  prompt: string,
  options: EngineOptions & { sandbox?: string; profile?: string } = {},
  session?: string,
): DrivenRun {
  return openDriven(codex, {
    ...{ prompt, session },
    cwd: process.cwd(),
    env: process.env,
    log: recordingLog(),
    options: {
      cmd: childProgram("codex-app-server"),
      interactive: true,
      sandbox: "read-only",
      ...options,
    } as EngineOptions,
  });
}

/** The events of a run, in which exactly one is an outcome, the last. */
async function finish(run: DrivenRun): Promise<{ events: RunEvent[]; completed: Completed }> {
  const events = await collect(run);
  expect(events.filter(({ type }) => type === "completed")).toEqual([events.at(-1)]);
  return { events, completed: events.at(-1) as Completed };
}

const nextQuestion = async (events: AsyncIterator<RunEvent, unknown>): Promise<Question> => {
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error("the run ended without a question");
    if (value.type === "question") return value.question;
  }
};

test("a turn is answered, and told while it is written", async () => {
  const { events, completed } = await finish(open("answer"));
  expect(events.map(({ type }) => type)).toEqual(["started", "action", "text", "completed"]);
  expect(completed).toMatchObject({ ok: true, answer: "Hello.", resume: { engine: "codex" } });
});

test("a server that crashes in mid-turn ends the run with its last words and the thread", async () => {
  const { completed } = await finish(open("leave crash"));
  expect(completed).toMatchObject({
    ok: false,
    error: "Codex failed with exit code 3.\nthe disk is full",
    resume: { engine: "codex", value: expect.stringMatching(/^0199a213-/) },
  });
  expect(host.servers()).toEqual([]);
  expect((await finish(open("answer"))).completed.ok).toBe(true);
});

test("lines that are not JSON, or belong to another turn, are passed over", async () => {
  const { events, completed } = await finish(open("garbage stale answer"));
  expect(completed).toMatchObject({ ok: true, answer: "Hello." });
  expect(JSON.stringify(events)).not.toContain("old words");
});

test("nothing comes after the outcome, however often a turn ends", async () => {
  const { completed } = await finish(open("answer late"));
  expect(completed).toMatchObject({ ok: true, answer: "Hello." });
});

test("an answer that a message was added to is told with the answer to that", async () => {
  const { completed } = await finish(open("added"));
  expect(completed).toMatchObject({ ok: true, answer: "One two three.\n\nFour." });
});

test("answers that several messages were added to are told together, each once", async () => {
  const { completed } = await finish(open("added-twice"));
  expect(completed).toMatchObject({ ok: true, answer: "One.\n\nTwo.\n\nThree." });
});

test("a thread that is idle after its answer ends the turn, though codex does not say so", async () => {
  expect((await finish(open("lost"))).completed).toMatchObject({ ok: true, answer: "All there is." });
});

test("a message behind words without a line end is read", async () => {
  expect((await finish(open("chatter answer"))).completed).toMatchObject({ ok: true, answer: "Hello." });
});

test.each(["unknown", "stranger"])("a request that nobody can answer is refused (%s)", async (word) => {
  const { completed } = await finish(open(word));
  expect(JSON.parse(completed.answer)).toMatchObject({ code: -32601 });
});

test.each([
  [{ type: "allow", scope: "once" }, "accept"],
  [{ type: "allow", scope: "session" }, "acceptForSession"],
  [{ type: "deny" }, "decline"],
  [{ type: "deny", reason: "no" }, "decline"],
  [{ type: "dismiss" }, "decline"],
] as const)("the reply %o reaches the server as %s", async (reply, decision) => {
  const run = open("approve");
  const events = run[Symbol.asyncIterator]();
  const question = await nextQuestion(events);
  expect(question).toEqual({
    ...{ id: question.id, kind: "command", title: "Run rm -rf build in /repo", cwd: "/repo", canAllowSession: true },
    ...{ command: "rm -rf build", body: "rm -rf build" },
  });
  expect(await run.controls.answer("no such question", reply)).toBe(false);
  expect(await run.controls.answer(question.id, reply)).toBe(true);
  expect(await run.controls.answer(question.id, reply)).toBe(false);
  const rest = await collect({ [Symbol.asyncIterator]: () => events });
  expect(rest[0]).toEqual({ type: "resolved", engine: "codex", questionId: question.id });
  expect(rest.at(-1)).toMatchObject({ type: "completed", answer: JSON.stringify({ decision }) });
});

test("two questions of one request are answered one by one", async () => {
  const run = open("two");
  const events = run[Symbol.asyncIterator]();
  const first = await nextQuestion(events);
  const second = await nextQuestion(events);
  expect([first, second]).toMatchObject([
    { kind: "choice", title: "A", body: "First?", isOpen: false, isMultiple: false },
    { kind: "text", title: "B", body: "Second?", isSecret: true },
  ]);
  await run.controls.answer(second.id, { type: "text", text: "words" });
  await run.controls.answer(first.id, { type: "choose", values: ["Yes"] });
  const rest = await collect({ [Symbol.asyncIterator]: () => events });
  expect(rest.at(-1)).toMatchObject({
    answer: JSON.stringify({ answers: { a: { answers: ["Yes"] }, b: { answers: ["words"] } } }),
  });
});

test("a question that the server takes back is resolved once, and can be answered no more", async () => {
  const run = open("withdraw answer");
  const { events } = await finish(run);
  const question = events.find((event) => event.type === "question")?.question;
  expect(events.filter(({ type }) => type === "resolved")).toEqual([
    { type: "resolved", engine: "codex", questionId: question?.id },
  ]);
  expect(await run.controls.answer(question?.id ?? "", { type: "deny" })).toBe(false);
});

test("a thread that got other rights than asked for is not used", async () => {
  const { completed } = await finish(open("answer", { model: "other-rights" }));
  expect(completed).toMatchObject({ ok: false, answer: "" });
  expect(completed.error).toContain("with the sandbox dangerFullAccess instead of read-only, so nothing was run");
});

/** A run is over at the latest 2 s after a stop; a busy machine takes longer to end its server. */
const untilNoServer = () => vi.waitFor(() => expect(host.servers()).toEqual([]), { timeout: 30_000 });

test("a server that does not end its turn when asked is ended itself", async () => {
  const run = open("hang");
  const events = run[Symbol.asyncIterator]();
  await events.next();
  await run.stop("Stopped by Ada.");
  const rest = await collect({ [Symbol.asyncIterator]: () => events });
  expect(rest.at(-1)).toMatchObject({ type: "completed", ok: false, error: "Stopped by Ada." });
  await untilNoServer();
});

test("a run that does not end when asked leaves the server to another run, until that does not end either", async () => {
  const [deaf, other] = [open("hang"), open("hang")];
  const [deafEvents, otherEvents] = [deaf[Symbol.asyncIterator](), other[Symbol.asyncIterator]()];
  await Promise.all([deafEvents.next(), otherEvents.next()]);
  await deaf.stop("Stopped by Ada.");
  const rest = await collect({ [Symbol.asyncIterator]: () => deafEvents });
  expect(rest.at(-1)).toMatchObject({ type: "completed", ok: false, error: "Stopped by Ada." });
  expect(rest.at(-1)).toMatchObject({ answer: expect.stringContaining("Codex did not confirm that it stopped") });
  expect(host.servers()).toMatchObject([{ busy: [expect.any(String), expect.any(String)] }]);
  expect((await finish(open("answer"))).completed).toMatchObject({ ok: true, answer: "Hello." });
  await other.stop("Stopped by Bob.");
  const last = await collect({ [Symbol.asyncIterator]: () => otherEvents });
  expect(last.at(-1)).toMatchObject({ type: "completed", ok: false, answer: "", error: "Stopped by Bob." });
  await untilNoServer();
});

test("a run that is stopped before it begins is only completed", async () => {
  const run = open("answer");
  await run.stop("Stopped.");
  expect(await collect(run)).toEqual([
    { type: "completed", engine: "codex", ok: false, answer: "", error: "Stopped." },
  ]);
});

test("a profile, which the server cannot take, is refused", async () => {
  const { completed } = await finish(open("answer", { profile: "work" }));
  expect(completed.error).toContain("knows no profiles");
});

test("runs of one server share it, and are listed while they last", async () => {
  const one = open("hang");
  const two = open("hang");
  const [first, second] = [one[Symbol.asyncIterator](), two[Symbol.asyncIterator]()];
  await Promise.all([first.next(), second.next()]);
  expect(host.servers()).toMatchObject([{ busy: [expect.any(String), expect.any(String)] }]);
  await Promise.all([one.stop("enough"), two.stop("enough")]);
});

test("a stop ends a run whose thread the server never opens", async () => {
  await finish(open("answer"));
  const run = open("answer", { model: "silent" });
  await run.spawned;
  await new Promise(setImmediate);
  await run.stop("Stopped by Ada.");
  expect((await finish(run)).completed).toMatchObject({ ok: false, error: "Stopped by Ada." });
  await vi.waitUntil(() => host.servers().length === 0, { timeout: 30_000 });
});

test.each([
  ["compact", "thread/compact/start"],
  ["fork", "thread/fork"],
  ["undo", "thread/turns/list"],
  ["undo", "thread/revert"],
  ["rename", "thread/name/set"],
  ["brief", "thread/inject_items"],
  ["sessions", "thread/list"],
  ["models", "model/list"],
  ["goal", "thread/goal/get"],
  ["nothing", "thread/unsubscribe"],
  ["nothing", "thread/backgroundTerminals/list"],
] as const)("a codex loses the ability %s without the method %s, and no other", async (lost, method) => {
  const setup = { ...PEER, options: { ...PEER.options, env: { LACKS: method } } };
  const first = await finish(open("answer", setup.options));
  const session = first.completed.resume?.value ?? "";
  for (const { completed } of [first, await finish(open("answer", setup.options, session))]) {
    expect(completed).toMatchObject({ ok: true, answer: "Hello." });
  }
  const request = toSession(setup, session);
  const { operations } = codex;
  const abilities = {
    // The played server fails each compaction at its end.
    compact: () => operations.compact?.(request).catch(requireEnd),
    fork: () => operations.fork?.(request),
    undo: () => operations.undo?.(request),
    rename: () => operations.rename?.(request, "x"),
    brief: () => operations.brief?.(request, "x"),
    sessions: () => operations.sessions?.(request),
    models: () => operations.models?.(request),
    goal: () => operations.goal?.(request, "show"),
  };
  for (const [name, use] of Object.entries(abilities)) {
    if (name !== lost) await use();
    else await expect(use()).rejects.toThrow(CANNOT);
  }
});

const CANNOT = /^The installed version of Codex cannot do this .*`takopi doctor`/i;

test("a codex that does not tell its config gives runs the least sandbox", async () => {
  const options = { cmd: childProgram("codex-app-server"), interactive: true, env: { LACKS: "config/read" } };
  const { completed } = await finish(openDriven(codex, { ...PEER, prompt: "answer", options }));
  expect(completed).toMatchObject({ ok: true, answer: "Hello." });
});

test("a codex that takes no messages while it works says so, and its turn goes on until it is stopped", async () => {
  const run = open("hang", { env: { LACKS: "turn/steer" } });
  await run.spawned;
  await expect(run.controls.steer("more")).rejects.toThrow(CANNOT);
  await run.stop("enough");
  expect((await finish(run)).completed).toMatchObject({ ok: false, error: "enough" });
});

const requireEnd = (error: Error): void => {
  if (error.message !== "The disk is full.") throw error;
};

test("a compaction that is refused leaves nothing behind that fails with the end of the server", async () => {
  const unhandled: unknown[] = [];
  const keep = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", keep);
  onTestFinished(() => void process.off("unhandledRejection", keep));
  const options = { cmd: childProgram("codex-app-server"), sandbox: "read-only", model: "refuses" } as EngineOptions;
  const setup = { options, cwd: process.cwd(), env: process.env, log: recordingLog() };
  await expect(codex.operations.compact?.(toSession(setup, randomUUID()))).rejects.toThrow("nothing to compact");
  await host.close();
  await delay(50);
  expect(unhandled).toEqual([]);
});

const PEER = {
  ...{ cwd: process.cwd(), env: process.env, log: recordingLog() },
  options: { cmd: childProgram("codex-app-server"), interactive: true, sandbox: "read-only" } as EngineOptions,
};

/** A run that works towards a goal; the objective is played in each of its turns. */
function pursue(objective: string, goal: Partial<GoalTerms> = {}, session?: string): DrivenRun {
  const request = toRequest({ ...PEER, prompt: objective, session });
  const terms = { isResumed: false, tokenBudget: 100_000, ...goal };
  return new DrivenRun(codex.open({ ...request, spec: { ...request.spec, goal: terms } }));
}

const goalEvents = (events: readonly RunEvent[]) => events.flatMap((event) => (event.type === "goal" ? event : []));
const showGoal = (session: string) => codex.operations.goal?.(toSession(PEER, session), "show");

test("a goal lasts for all its turns: each answer but the last is told as it comes", async () => {
  const { events, completed } = await finish(pursue("work turn second"));
  const told = goalEvents(events);
  expect(told.flatMap(({ message }) => message ?? [])).toEqual(["This was turn 1."]);
  expect(told.at(-1)).toMatchObject({ turn: 2, goal: { status: "complete", tokenBudget: 100_000 } });
  expect(completed).toMatchObject({ ok: true, answer: "This was turn 2." });
});

test("a goal ends with its budget, and is resumed with another", async () => {
  const { completed } = await finish(pursue("work turn", { tokenBudget: 2000 }));
  expect(completed).toMatchObject({
    ok: false,
    answer: "This was turn 2.",
    error: expect.stringContaining("used its budget"),
  });
  const more = pursue("", { isResumed: true, tokenBudget: 3000 }, completed.resume?.value);
  expect((await finish(more)).completed).toMatchObject({ ok: false, answer: "This was turn 3." });
});

test("a goal whose turns use no tool is paused after three of them", async () => {
  const { completed } = await finish(pursue("turn"));
  expect(completed).toMatchObject({ ok: false, answer: "This was turn 3.", error: expect.stringMatching(/no tool/) });
  expect(await showGoal(completed.resume?.value ?? "")).toMatchObject({ status: "paused", objective: "turn" });
});

test("a stop pauses the goal and ends its turn; an ordinary message does not wake it", async () => {
  const run = pursue("turn hang");
  for await (const event of run) if (event.type === "text") await run.controls.interrupt();
  const session = (run.events.at(-1) as Completed).resume?.value ?? "";
  expect(await showGoal(session)).toMatchObject({ status: "paused" });
  const { events, completed } = await finish(open("answer", {}, session));
  expect(goalEvents(events)).toEqual([]);
  expect(completed.answer).toBe("Hello.");
});

/** A run that finds a goal in its session; the reply to its question. */
async function replyWith(reply: Reply, goal = "answer leave-goal") {
  const { completed } = await finish(open(goal));
  const session = completed.resume?.value ?? "";
  const run = open("answer", {}, session);
  for await (const event of run) {
    if (event.type !== "question") continue;
    expect(event.question.title).toBe("This session has a goal of its own: continue it or pause it?");
    expect(await showGoal(session)).toMatchObject({ status: "paused" });
    await run.controls.answer(event.question.id, reply);
  }
  return { session, events: run.events, completed: run.events.at(-1) as Completed };
}

test("a goal that is still active is asked about before an ordinary message, and stays paused unless it is continued", async () => {
  for (const reply of [{ type: "choose", values: ["pause"] }, { type: "dismiss" }] as const) {
    const { session, events, completed } = await replyWith(reply);
    expect(completed).toMatchObject({ ok: true, answer: "Hello." });
    expect(goalEvents(events)).toEqual([]);
    expect(await showGoal(session)).toMatchObject({ status: "paused" });
  }
});

test("a goal that is continued comes after the message, in the same run, with a budget", async () => {
  const { events, completed } = await replyWith({ type: "choose", values: ["continue"] }, "answer leave-goal-of-two");
  const told = goalEvents(events);
  expect(told.flatMap(({ message }) => message ?? [])).toEqual(["Hello.", "This was turn 1."]);
  expect(told.at(-1)).toMatchObject({ turn: 3, goal: { status: "complete", tokenBudget: 5_000 } });
  expect(completed).toMatchObject({ ok: true, answer: "This was turn 2." });
});

test("a run that is stopped while it asks about a goal begins no turn", async () => {
  const { completed } = await finish(open("answer leave-goal"));
  const session = completed.resume?.value ?? "";
  const run = open("answer", {}, session);
  for await (const event of run) if (event.type === "question") void run.stop("Cancelled.");
  expect(run.events.at(-1)).toMatchObject({ type: "completed", ok: false, answer: "", error: "Cancelled." });
  expect(await showGoal(session)).toMatchObject({ status: "paused" });
});
