import { afterEach, expect, test, vi } from "vitest";
import { pi } from "../../../../runners/pi/index.ts";
import { startServer } from "../../../../runners/pi/live/server.ts";
import { childProgram } from "../../../engine/toy.ts";
import { host, openDriven, toSession } from "../../../helpers/driven.ts";
import { type Followed, follow } from "../../../helpers/follow.ts";
import { endedActions } from "../../../helpers/live-engine.ts";
import { createLog, noLog } from "../../../helpers/recordings.ts";

afterEach(() => host.close());

let runs = 0;

/** A turn of the scripted pi, which does what the words of the prompt say. */
function open(prompt: string, session?: string, log = noLog): Followed {
  runs += 1;
  return follow(
    openDriven(pi, {
      runId: `scripted-${runs}`,
      ...{ prompt, cwd: process.cwd(), env: process.env, log },
      options: { cmd: childProgram("pi-rpc"), interactive: true },
      session,
    }),
  );
}

const untilNoServer = () => vi.waitFor(() => expect(host.servers()).toEqual([]), { timeout: 30_000 });

test("a turn is answered, and told while it is written", async () => {
  const { events, completed } = await open("answer").finished;
  expect(events.map(({ type }) => type)).toEqual(["started", "text", "completed"]);
  expect(completed).toMatchObject({
    ok: true,
    answer: "Hello.",
    resume: { value: expect.stringMatching(/^session-/) },
  });
});

test("an outcome tells how full the context is, if this pi can say", async () => {
  const { completed } = await open("counted").finished;
  expect(completed.usage).toMatchObject({ inputTokens: 7, outputTokens: 2, contextFill: 0.25 });
});

test.each([
  ["compact", "compact"],
  ["rename", "set_session_name"],
  ["models", "get_available_models"],
  ["commands", "get_commands"],
  ["fork", "clone"],
  ["undo", "get_fork_messages"],
  ["undo", "fork"],
  ["nothing", "get_session_stats"],
] as const)("a pi loses the ability %s without the command %s, and no other", async (lost, command) => {
  const options = { cmd: childProgram("pi-rpc"), interactive: true, session_title: "a", env: { LACKS: command } };
  const setup = { cwd: process.cwd(), env: process.env, log: noLog, options };
  const ask = (session?: string) => follow(openDriven(pi, { ...setup, prompt: "answer", session })).finished;
  const first = (await ask()).completed.resume?.value ?? "";
  expect((await ask(first)).completed).toMatchObject({ ok: true, answer: "Hello." });
  const { operations } = pi;
  const abilities = {
    compact: () => operations.compact?.(toSession(setup, first)),
    rename: () => operations.rename?.(toSession(setup, first), "x"),
    models: () => operations.models?.(toSession(setup, "")),
    commands: () => operations.commands?.(toSession(setup, "")),
  };
  for (const [name, use] of Object.entries(abilities)) {
    if (name === lost) await expect(use()).rejects.toThrow(CANNOT);
    else await use();
  }
  // These move the process on to another session.
  let session = first;
  for (const name of ["undo", "fork"] as const) {
    const use = operations[name]?.(toSession(setup, session));
    if (name === lost) await expect(use).rejects.toThrow(CANNOT);
    else session = (await use) ?? "";
  }
});

const CANNOT = /^The installed version of pi cannot do this .*`takopi doctor`/;

test("a pi that crashes in mid-turn ends the run with its last words and the session", async () => {
  const { completed } = await open("answer crash").finished;
  expect(completed).toMatchObject({
    ok: false,
    answer: "Hello.",
    resume: { value: expect.stringMatching(/^session-/) },
  });
  expect(completed.error).toBe("pi ended before it was done (exit code 3).\nthe disk is full");
  await untilNoServer();
  expect((await open("answer").finished).completed.ok).toBe(true);
});

test("lines that it does not know are passed over, and logged once a kind", async () => {
  const log = createLog("warn");
  const { completed } = await open("garbage garbage answer", undefined, log).finished;
  expect(completed).toMatchObject({ ok: true, answer: "Hello." });
  expect(log.entries.map(({ fields }) => fields)).toEqual([
    { kind: "malformed" },
    { kind: "unknown_type", type: "from_the_future" },
    expect.objectContaining({ kind: "unexpected_shape", type: "tool_execution_start" }),
  ]);
});

test("events that come twice do no harm", async () => {
  const finished = await open("twice answer").finished;
  expect(finished.completed).toMatchObject({ ok: true, answer: "Hello." });
  expect(new Set(endedActions(finished).map(({ action }) => action.id))).toEqual(new Set(["call_1"]));
});

test("events after the outcome belong to nobody, and their dialogs are cancelled", async () => {
  const first = await open("answer late").finished;
  expect(first.events.at(-1)).toBe(first.completed);
  const second = await open("recall", first.completed.resume?.value).finished;
  expect(second.completed).toMatchObject({ ok: true, answer: '{"cancelled":true}' });
  expect(JSON.stringify(second.events)).not.toContain("too late");
});

test("a dialog that is announced twice is asked once", async () => {
  const task = open("ask-twice");
  const { id } = await task.question();
  expect(await task.run.controls.answer(id, { type: "choose", values: ["red"] })).toBe(true);
  const { completed, events } = await task.finished;
  expect(completed.answer).toBe('{"value":"red"}');
  expect(events.filter(({ type }) => type === "question")).toHaveLength(1);
});

test("a reply that does not fit the question is taken for none", async () => {
  const task = open("ask");
  const { id } = await task.question();
  await task.run.controls.answer(id, { type: "choose", values: ["blue"] });
  expect((await task.finished).completed.answer).toBe('{"cancelled":true}');
});

test("a question that pi gave up by itself takes no answer", async () => {
  const task = open("impatient ask");
  const { id } = await task.question();
  await task.event((event) => event.type === "resolved");
  expect(await task.run.controls.answer(id, { type: "choose", values: ["red"] })).toBe(false);
  const second = await task.question();
  await task.run.controls.answer(second.id, { type: "dismiss" });
  await task.finished;
  expect(await task.run.controls.answer(second.id, { type: "dismiss" })).toBe(false);
});

test("an interrupt with a dialog open does not hang, and the same pi takes the next prompt", async () => {
  const task = open("stuck");
  const { id } = await task.question();
  await task.run.controls.interrupt();
  const { completed, events } = await task.finished;
  expect(completed).toMatchObject({ ok: false, error: "interrupted", answer: '{"cancelled":true}' });
  expect(events).toContainEqual({ type: "resolved", engine: "pi", questionId: id });
  const [server] = host.servers() ?? [];
  expect((await open("answer", completed.resume?.value).finished).completed.answer).toBe("Hello.");
  expect(host.servers()).toMatchObject([{ pid: server?.pid, busy: [] }]);
});

test("a pi that does not come to the abort is ended", async () => {
  const task = open("deaf");
  await task.event((event) => event.type === "started");
  await task.run.stop("Stopped by you.");
  expect((await task.finished).completed).toMatchObject({ ok: false, error: "Stopped by you." });
  await untilNoServer();
});

test("a stop before pi is up gives an outcome and leaves no pi", async () => {
  const task = open("endless");
  await task.run.stop("Stopped by you.");
  expect((await task.finished).completed).toMatchObject({ ok: false, error: "Stopped by you." });
  await untilNoServer();
});

test("a stop while a pi is being started ends it, also if it says nothing", async () => {
  const command = {
    ...{ id: "pi", file: process.execPath, args: [childProgram("waits")], cwd: process.cwd(), env: process.env },
    ...{ patterns: [], options: {}, stopSignal: "SIGTERM" as const, log: noLog },
    ...{ guard: host.guard, announce: () => {} },
  };
  await expect(startServer({ command, options: "", key: "", stopped: AbortSignal.abort() })).rejects.toThrow(
    "pi did not start",
  );
});

test("a message is added to the running turn, even one that comes before pi is up", async () => {
  const task = open("steered");
  await task.run.controls.steer("Added words.");
  expect((await task.finished).completed.answer).toBe("Added words.");
  await expect(task.run.controls.steer("More.")).rejects.toThrow("The turn was over.");
});

test.each([
  ["compacts", "compaction"],
  ["retries", "retry"],
])("a message that is added while pi %s gets an answer, beside that of the prompt", async (word, note) => {
  const task = open(word);
  await task.event((event) => event.type === "action" && event.action.id.includes(note));
  await task.run.controls.steer("Added words.");
  expect((await task.finished).completed).toMatchObject({ ok: true, answer: "Hello.\n\nAdded words." });
});

test("a prompt that pi refuses is the outcome, with what to do", async () => {
  const { completed } = await open("refuse").finished;
  expect(completed.error).toMatch(/^No API key found for scripted\.\nRun `pi` in a terminal/);
});

test("a session that has a run takes no second one meanwhile", async () => {
  const task = open("endless");
  const started = await task.event((event) => event.type === "started");
  const session = started.type === "started" ? started.resume.value : "";
  expect((await open("answer", session).finished).completed.error).toContain("at work");
  await task.run.stop("Enough.");
  expect((await task.finished).completed.error).toBe("Enough.");
});
