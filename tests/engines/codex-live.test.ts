import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { codex } from "../../runners/codex/index.ts";
import type { Completed, RunEvent } from "../../src/domain/events.ts";
import type { GoalTerms } from "../../src/domain/goal.ts";
import type { Reply as Answer, Question } from "../../src/domain/question.ts";
import type { SessionRequest } from "../../src/engine/contract.ts";
import type { EngineOptions } from "../../src/engine/options.ts";
import { DrivenRun, host, openDriven, toRequest, toSession } from "../helpers/driven.ts";
import { expectNoProcessOf } from "../helpers/live-engine.ts";
import { type ModelCall, type ResponsesModel, startResponsesModel } from "./models/openai-responses.ts";
import { type Output, patch, type Reply, reply, shell, text } from "./models/responses-reply.ts";
import { engineCommand } from "./pinned.ts";

// The real CLI needs a second or two for a turn, and many more on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

let root: string;
let cwd: string;
let model: ResponsesModel;
/** What the model answers, in turn; each test sets its own. */
let script: Reply[] = [];
/** Answers instead, for calls that come in no certain order. */
let respond: ((call: ModelCall) => Reply) | undefined;
let calls: ModelCall[] = [];
let runs = 0;

// One server serves all tests, as it does many runs of a bridge.
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "takopi-codex-live-"));
  mkdirSync(join(root, ".codex"));
  model = await startResponsesModel((call) => {
    calls.push(call);
    return (
      respond?.(call) ??
      script.shift() ?? { type: "refusal", status: 400, error: { message: "the script has no reply left" } }
    );
  });
  const config = `
    model = "gpt-5.5"
    model_provider = "scripted"
    check_for_update_on_startup = false
    [model_providers.scripted]
    name = "Scripted"
    base_url = "${model.url}"
    wire_api = "responses"
    request_max_retries = 1
    stream_max_retries = 1
    [analytics]
    enabled = false
    [feedback]
    enabled = false
  `;
  writeFileSync(join(root, ".codex", "config.toml"), config);
});
beforeEach(() => {
  cwd = mkdtempSync(join(root, "repo-"));
  calls = [];
  warnings = [];
  respond = undefined;
});
afterEach(() => {
  expect(script).toEqual([]);
});
afterAll(async () => {
  await host.close();
  await model.close();
  rmSync(root, { recursive: true, force: true, maxRetries: 20 });
});

const silent = () => undefined;
let warnings: unknown[] = [];
const log = {
  ...{ debug: silent, info: silent, error: silent, child: () => log },
  warn: (_: unknown, message?: string) => warnings.push(message),
};

interface Options extends EngineOptions {
  readonly sandbox?: "read-only" | "workspace-write" | "danger-full-access";
}

const setup = (options: Options = {}) => ({
  cwd,
  log,
  env: { ...process.env, HOME: root, CODEX_HOME: undefined },
  options: {
    cmd: engineCommand("codex"),
    sandbox: "workspace-write",
    interactive: true,
    ...options,
  } as EngineOptions,
});

function open(prompt: string, { thread, ...options }: Options & { thread?: string | undefined } = {}): DrivenRun {
  runs += 1;
  const runId = `codex-live-suite-${process.pid}-${runs}`;
  return openDriven(codex, {
    ...setup(options),
    runId,
    prompt,
    session: thread,
  });
}

const session = (thread: string): SessionRequest => toSession(setup(), thread);

interface Finished {
  readonly events: readonly RunEvent[];
  readonly completed: Completed;
  readonly thread: string;
}

/** All events of a run; the last one apart. `react` is called for each as it comes. */
async function finish(
  run: DrivenRun,
  react?: (event: RunEvent, controls: DrivenRun["controls"]) => unknown,
): Promise<Finished> {
  const events: RunEvent[] = [];
  for await (const event of run) {
    events.push(event);
    await react?.(event, run.controls);
  }
  const ends = events.filter((event) => event.type === "completed");
  expect(ends).toHaveLength(1);
  expect(events.at(-1)).toBe(ends[0]);
  const completed = ends[0] as Completed;
  return { events, completed, thread: completed.resume?.value ?? "" };
}

/** Answers every question of a run in the same way, and keeps the questions. */
function answering(answer: Answer): {
  questions: Question[];
  react: (event: RunEvent, controls: DrivenRun["controls"]) => unknown;
} {
  const questions: Question[] = [];
  return {
    questions,
    react: async (event, controls) => {
      if (event.type !== "question") return;
      questions.push(event.question);
      expect(await controls.answer(event.question.id, answer)).toBe(true);
      expect(await controls.answer(event.question.id, answer)).toBe(false);
    },
  };
}

const done = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === "action" && event.phase === "completed" ? [event] : []));

/** A command that asks to leave the sandbox. */
const escalated = (cmd: string): Output => ({
  type: "call",
  name: "exec_command",
  args: {
    cmd,
    sandbox_permissions: "require_escalated",
    justification: "I need to write there.",
    yield_time_ms: 30_000,
  },
});

const oneCall = { inputTokens: 60, outputTokens: 20, cacheReadTokens: 40, cacheWriteTokens: 0, reasoningTokens: 5 };

test("a new task is answered, with its tools and its usage, and the answer is told as it is written", async () => {
  script = [
    reply(shell("echo hello | tr a-z A-Z")),
    reply(patch("*** Add File: made.txt", "+made")),
    reply(text("Done.")),
  ];
  const { events, completed, thread } = await finish(open("Work."));
  expect(events[0]).toMatchObject({ type: "started", engine: "codex", resume: { value: thread } });
  expect(done(events)).toMatchObject([
    {
      ok: true,
      action: { kind: "command", title: "echo hello | tr a-z A-Z", detail: { output: "HELLO", exitCode: 0 } },
    },
    { ok: true, action: { kind: "file_change", title: "made.txt", detail: { changes: [{ verb: "add" }] } } },
  ]);
  expect(events).toContainEqual({ type: "text", engine: "codex", text: "Done." });
  expect(readFileSync(join(cwd, "made.txt"), "utf8")).toBe("made\n");
  expect(completed).toMatchObject({ ok: true, answer: "Done.", usage: { inputTokens: 180, outputTokens: 60 } });
});

test("a command that asks to leave its sandbox runs when it is allowed", async () => {
  const outside = join(root, `allowed-${runs}`);
  script = [reply(escalated(`echo out > ${outside}`)), reply(text("Written."))];
  const { questions, react } = answering({ type: "allow", scope: "once" });
  const { events, completed } = await finish(open("Write."), react);
  expect(questions).toMatchObject([
    { kind: "command", command: `echo out > ${outside}`, cwd, reason: "I need to write there.", canAllowSession: true },
  ]);
  expect(events.filter(({ type }) => type === "resolved")).toEqual([
    { type: "resolved", engine: "codex", questionId: questions[0]?.id },
  ]);
  expect(readFileSync(outside, "utf8")).toBe("out\n");
  expect(completed).toMatchObject({ ok: true, answer: "Written." });
});

test.each([
  ["denied", { type: "deny" }, undefined],
  ["denied with a reason", { type: "deny", reason: "Not on a Sunday." }, "Not on a Sunday."],
  ["dismissed", { type: "dismiss" }, undefined],
] as const)("a command that is %s does not run, and the turn goes on", async (_, answer, reason) => {
  const outside = join(root, `denied-${runs}`);
  script = [reply(escalated(`echo out > ${outside}`)), reply(text("Then not."))];
  const { react } = answering(answer);
  const { events, completed } = await finish(open("Write."), react);
  expect(done(events)).toMatchObject([{ ok: false, action: { kind: "command" } }]);
  expect(completed).toMatchObject({ ok: true, answer: "Then not." });
  expect(existsSync(outside)).toBe(false);
  if (reason !== undefined) expect(calls[1]?.prompts.at(-1)).toContain(reason);
});

test("a command that was allowed for the session is not asked about again", async () => {
  const command = "uname -s";
  script = [reply(escalated(command)), reply(escalated(command)), reply(text("Twice."))];
  const { questions, react } = answering({ type: "allow", scope: "session" });
  const { events, completed } = await finish(open("Look."), react);
  expect(questions).toHaveLength(1);
  expect(done(events)).toMatchObject([{ ok: true }, { ok: true }]);
  expect(completed).toMatchObject({ ok: true, answer: "Twice." });
});

test("a change of files is asked for with its paths and its diff", async () => {
  script = [reply(patch("*** Add File: asked.txt", "+one line")), reply(text("Changed."))];
  const { questions, react } = answering({ type: "allow", scope: "once" });
  const { completed } = await finish(open("Change.", { sandbox: "read-only" }), react);
  expect(questions).toMatchObject([{ kind: "file_change", paths: [join(cwd, "asked.txt")] }]);
  expect(questions[0]?.body).toContain("one line");
  expect(readFileSync(join(cwd, "asked.txt"), "utf8")).toBe("one line\n");
  expect(completed).toMatchObject({ ok: true, answer: "Changed." });
});

const ask = (...questions: object[]): Output => ({ type: "call", name: "request_user_input", args: { questions } });
const color = {
  ...{ id: "color", header: "Color", question: "Which color?" },
  options: [
    { label: "Red (Recommended)", description: "warm" },
    { label: "Blue", description: "cold" },
  ],
};

test.each([
  ["an option", { type: "choose", values: ["Blue"] }, "Blue"],
  ["words of its own", { type: "text", text: "Green, please" }, "Green, please"],
] as const)("a question of the model is answered with %s", async (_, answer, told) => {
  script = [reply(ask(color)), reply(text("Thanks."))];
  const { questions, react } = answering(answer);
  const { completed } = await finish(open("Ask me."), react);
  expect(questions).toMatchObject([
    { kind: "choice", title: "Color", body: "Which color?", isOpen: true, options: [{}, { value: "Blue" }] },
  ]);
  expect(JSON.stringify(calls[1]?.input)).toContain(told);
  expect(completed).toMatchObject({ ok: true, answer: "Thanks." });
});

test("a message to a running turn is read by the model in that turn", async () => {
  const gate = join(cwd, "go");
  script = [reply(shell(`until test -e ${gate}; do sleep 0.05; done`)), reply(text("Noted."))];
  const { completed } = await finish(open("Work."), async (event, controls) => {
    if (event.type !== "action" || event.action.kind !== "command" || event.phase !== "started") return;
    await controls.steer("Also mention the weather.");
    writeFileSync(gate, "");
  });
  expect(calls[1]?.prompts).toEqual(expect.arrayContaining(["Work.", "Also mention the weather."]));
  expect(completed).toMatchObject({ ok: true, answer: "Noted." });
});

/** Processes whose command line holds the text. */
function processesWith(marker: string): string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0").includes(marker);
    } catch {
      return false;
    }
  });
}

test.runIf(process.platform === "linux").each(["workspace-write", "danger-full-access"] as const)(
  "an interrupt in mid-command leaves none of its processes, and the thread goes on (%s)",
  async (sandbox) => {
    const seconds = `32${process.pid}.${runs}`;
    script = [reply(shell(`trap '' TERM HUP; setsid sleep ${seconds} & sleep ${seconds}; wait`))];
    const run = open("Sleep.", { sandbox });
    const finished = finish(run, answering({ type: "allow", scope: "once" }).react);
    await vi.waitUntil(() => processesWith(seconds).length >= 2, { timeout: 60_000, interval: 50 });
    const [before] = host.servers();
    await run.controls.interrupt();
    expect(processesWith(seconds)).toEqual([]);
    const { completed, thread } = await finished;
    expect(completed).toMatchObject({ ok: false, error: "interrupted" });
    // Only a server that did not answer in time, as on a busy machine, is ended by force.
    const kept = warnings.includes("turn.forced") ? [] : [{ pid: before?.pid }];
    expect(host.servers()).toMatchObject(kept);

    script = [reply(text("Back again."))];
    const again = await finish(open("Go on.", { sandbox, thread }));
    expect(again.completed.error).toBeUndefined();
    expect(again.completed).toMatchObject({
      ok: true,
      answer: "Back again.",
      resume: { value: thread },
      usage: oneCall,
    });
  },
);

test("one thread goes on headless, live, and headless again, with the sandbox of each run", async () => {
  script = [reply(text("One."))];
  const first = await finish(open("First.", { interactive: false, sandbox: "read-only" }));
  const { thread } = first;
  expect(first.completed).toMatchObject({ ok: true, answer: "One." });
  script = [reply(patch("*** Add File: live.txt", "+live")), reply(text("Two."))];
  const { questions, react } = answering({ type: "deny" });
  const second = await finish(open("Second.", { thread, sandbox: "read-only" }), react);
  expect(questions).toMatchObject([{ kind: "file_change" }]);
  expect(second.completed).toMatchObject({ ok: true, answer: "Two.", resume: { value: thread } });
  script = [reply(text("Three."))];
  const third = await finish(open("Third.", { thread, interactive: false, sandbox: "read-only" }));
  expect(third.completed).toMatchObject({ ok: true, answer: "Three.", resume: { value: thread }, usage: oneCall });
  expect(calls.at(-1)?.prompts).toEqual(expect.arrayContaining(["First.", "Second.", "Third."]));
});

test("two threads work on one server at once", async () => {
  const gate = join(cwd, "go");
  const wait = reply(shell(`until test -e ${gate}; do sleep 0.05; done`));
  script = [wait, wait, reply(text("Done.")), reply(text("Done."))];
  const release = (event: RunEvent) => {
    const busy = host.servers().flatMap((server) => server.busy);
    if (event.type === "action" && busy.length === 2) writeFileSync(gate, "");
  };
  const [one, two] = await Promise.all([finish(open("One."), release), finish(open("Two."), release)]);
  expect(one.completed).toMatchObject({ ok: true, answer: "Done." });
  expect(two.completed).toMatchObject({ ok: true, answer: "Done." });
  expect(one.thread).not.toBe(two.thread);
  expect(host.servers()).toMatchObject([{ busy: [], idleSince: expect.any(Number) }]);
});

test("a server that is killed in mid-turn ends its runs with the thread, and the next run has a new server", async () => {
  const seconds = `33${process.pid}.${runs}`;
  script = [reply(shell(`sleep ${seconds}`))];
  const pid = host.servers()[0]?.pid ?? 0;
  const { completed, thread } = await finish(open("Sleep."), (event) => {
    if (event.type === "action" && event.action.kind === "command") process.kill(pid, "SIGKILL");
  });
  expect(completed).toMatchObject({ ok: false, error: expect.stringContaining("SIGKILL") });
  expect(processesWith(seconds)).toEqual([]);
  script = [reply(text("Here again."))];
  const again = await finish(open("Go on.", { thread }));
  expect(again.completed).toMatchObject({ ok: true, answer: "Here again.", resume: { value: thread } });
});

test("a thread is copied, shortened, taken back by a turn, and named", async () => {
  script = [reply(text("One.")), reply(text("Two."))];
  const { thread } = await finish(open("First."));
  await finish(open("Second.", { thread }));
  const { operations } = codex;

  const copy = await operations.fork?.(session(thread));
  expect(copy).not.toBe(thread);
  expect(await operations.undo?.(session(thread))).toBe(thread);
  script = [reply(text("Again.")), reply(text("In the copy."))];
  await finish(open("Third.", { thread }));
  expect(calls.at(-1)?.prompts).toEqual(expect.not.arrayContaining(["Second."]));
  await finish(open("Fourth.", { thread: copy }));
  expect(calls.at(-1)?.prompts).toEqual(expect.arrayContaining(["First.", "Second.", "Fourth."]));

  script = [reply(text("A summary of it all."))];
  await operations.compact?.(session(thread));
  script = [reply(text("After."))];
  const after = await finish(open("Fifth.", { thread }));
  expect(after.completed).toMatchObject({ ok: true, answer: "After." });
  expect(JSON.stringify(calls.at(-1)?.input)).toContain("A summary of it all.");

  await operations.rename?.(session(thread), "The long one");
  expect(readFileSync(join(root, ".codex", "session_index.jsonl"), "utf8")).toContain("The long one");
  expect(await operations.models?.(session(""))).toContain("gpt-5.5");
});

test("a brief makes no call of the model, and the model reads it in the next turn", async () => {
  script = [reply(text("One."))];
  const { thread } = await finish(open("First."));
  calls = [];
  await codex.operations.brief?.(session(thread), "The tests need Node 22.");
  expect(calls).toEqual([]);
  script = [reply(text("Two."))];
  await finish(open("Second.", { thread }));
  expect(calls.map(({ prompts }) => prompts)).toEqual([
    expect.arrayContaining(["First.", "The tests need Node 22.", "Second."]),
  ]);
});

test("a thread that is gone, and one that is not one, are told with what to do", async () => {
  const gone = await finish(open("Go on.", { thread: "0199a213-81c0-7800-8aa1-bbab2a035a53" }));
  expect(gone.completed.error).toMatch(/^Codex no longer has this thread\./);
  const named = await finish(open("Go on.", { thread: "my-thread" }));
  expect(named.completed.error).toContain("is not a Codex thread");
});

test("a model's refusal ends the run, and leaves the server as it is", async () => {
  script = [{ type: "refusal", status: 400, error: { message: "No such model here" } }];
  const { completed } = await finish(open("Hello."));
  expect(completed).toMatchObject({ ok: false, answer: "", error: "No such model here" });
  expect(host.servers()).toHaveLength(1);
});

test("idle servers are ended, with all their processes", async () => {
  const before = host.servers();
  expect(before).toHaveLength(1);
  await host.reap(60_000);
  expect(host.servers()).toEqual(before);
  await host.reap(-1);
  expect(host.servers()).toEqual([]);
  expect(existsSync(`/proc/${before[0]?.pid}`)).toBe(false);
});

const withAgents = { extra_args: ["-c", "features.multi_agent_v2=true"] };
const collaborate = (name: string, args: object): Reply =>
  reply({ type: "call", namespace: "collaboration", name, args });

/** A parent that has a sub-agent do one thing, and waits for it. */
function delegating(work: Output): (call: ModelCall) => Reply {
  const asked = { parent: 0, child: 0 };
  return ({ input }) => {
    if (JSON.stringify(input).includes('"encrypted_content":"CHILD')) {
      asked.child += 1;
      return asked.child === 1 ? reply(work) : reply(text("Child done."));
    }
    asked.parent += 1;
    if (asked.parent === 1) return collaborate("spawn_agent", { task_name: "helper", message: "CHILD: do it" });
    return asked.parent === 2 ? collaborate("wait_agent", { timeout_ms: 60_000 }) : reply(text("All done."));
  };
}

test("a sub-agent's request is asked for on the parent's run, and its steps and tokens count there", async () => {
  const outside = join(root, `by-agent-${runs}`);
  respond = delegating(escalated(`echo out > ${outside}`));
  const { questions, react } = answering({ type: "allow", scope: "once" });
  const { events, completed } = await finish(open("Delegate.", withAgents), react);
  expect(completed).toMatchObject({ ok: true, answer: "All done." });
  expect(questions).toMatchObject([{ kind: "command", command: `echo out > ${outside}` }]);
  expect(readFileSync(outside, "utf8")).toBe("out\n");
  const steps = done(events).filter(({ action }) => action.kind === "subagent");
  expect(steps.map(({ ok, action }) => [ok, action.title])).toEqual(
    expect.arrayContaining([
      [true, "helper"],
      [true, `helper: echo out > ${outside}`],
    ]),
  );
  // Three calls of the parent and two of its agent.
  expect(completed.usage).toMatchObject({
    inputTokens: 5 * oneCall.inputTokens,
    outputTokens: 5 * oneCall.outputTokens,
  });
});

test("a stop ends a sub-agent with its command", async () => {
  const started = join(cwd, "started");
  respond = delegating(shell(`touch ${started}; until test -e never; do sleep 0.05; done`, 60_000));
  const run = open("Delegate.", withAgents);
  const over = finish(run);
  await vi.waitUntil(() => existsSync(started), { timeout: 120_000, interval: 50 });
  await run.stop("Stopped by Ada.");
  expect((await over).completed).toMatchObject({ ok: false, error: "Stopped by Ada." });
  await expectNoProcessOf(`codex-live-suite-${process.pid}-${runs}`);
});

test("a goal works turn after turn until the model says that it is reached, and a stop pauses it", async () => {
  const complete: Output = { type: "call", name: "update_goal", args: { status: "complete" } };
  script = [reply(shell("echo one")), reply(text("First.")), reply(complete), reply(text("All done."))];
  const { completed, events, thread } = await finish(pursue("print one", 100_000));
  expect(completed).toMatchObject({ ok: true, answer: "All done." });
  expect(completed.usage?.outputTokens).toBe(4 * oneCall.outputTokens);
  const told = events.flatMap((event) => (event.type === "goal" ? event : []));
  expect(told.flatMap(({ message }) => message ?? [])).toEqual(["First."]);
  expect(told.at(-1)).toMatchObject({ turn: 2, goal: { status: "complete", tokenBudget: 100_000 } });

  respond = () => reply(shell("echo working; cat gate"));
  execFileSync("mkfifo", [join(cwd, "gate")]);
  const next = pursue("never done", 100_000, thread);
  for await (const event of next)
    if (event.type === "action" && event.action.kind === "command") await next.controls.interrupt();
  expect(await codex.operations.goal?.(session(thread), "show")).toMatchObject({ status: "paused" });
  respond = undefined;
  script = [reply(text("Only this."))];
  calls = [];
  const after = await finish(open("and now?", { thread }));
  expect(after.completed).toMatchObject({ ok: true, answer: "Only this." });
  expect(calls).toHaveLength(1);
});

/** A session whose goal is active, as a crash leaves it. */
async function crashInGoal(): Promise<string> {
  respond = () => reply(shell("cat gate"));
  execFileSync("mkfifo", [join(cwd, "gate")]);
  const run = pursue("never done", 100_000);
  for await (const event of run) {
    if (event.type === "action" && event.action.kind === "command") process.kill((await run.spawned).pid, "SIGKILL");
  }
  const thread = (run.events.at(-1) as Completed).resume?.value ?? "";
  expect(await goalOf(thread)).toMatchObject({ status: "active" });
  respond = undefined;
  calls = [];
  return thread;
}

test("a goal that a crash left active is asked about before an ordinary message, and paused meanwhile", async () => {
  const thread = await crashInGoal();
  script = [reply(text("Only this."))];
  const { questions, react } = answering({ type: "choose", values: ["pause"] });
  const { completed } = await finish(open("and now?", { thread }), async (event, controls) => {
    if (event.type === "question") expect(await goalOf(thread)).toMatchObject({ status: "paused" });
    if (event.type === "question") expect(calls).toEqual([]);
    await react(event, controls);
  });
  expect(questions).toMatchObject([{ title: expect.stringContaining("has a goal of its own"), body: "never done" }]);
  expect(completed).toMatchObject({ ok: true, answer: "Only this." });
  expect(calls).toHaveLength(1);
  expect(await goalOf(thread)).toMatchObject({ status: "paused" });
});

test("a goal that is continued comes after the message, in the same run", async () => {
  const thread = await crashInGoal();
  const complete: Output = { type: "call", name: "update_goal", args: { status: "complete" } };
  script = [reply(text("That first.")), reply(complete), reply(text("All done."))];
  const { react } = answering({ type: "choose", values: ["continue"] });
  const { completed, events } = await finish(open("and now?", { thread }), react);
  expect(completed).toMatchObject({ ok: true, answer: "All done." });
  const told = events.flatMap((event) => (event.type === "goal" ? event : []));
  expect(told.flatMap(({ message }) => message ?? [])).toEqual(["That first."]);
  expect(told.at(-1)).toMatchObject({ turn: 2, goal: { status: "complete", tokenBudget: 100_000 } });
});

test("a goal whose turns use no tool is paused after three of them, and resumed with its own objective", async () => {
  script = [reply(text("One.")), reply(text("Two.")), reply(text("Three."))];
  const { completed, events, thread } = await finish(pursue("think about it", 100_000));
  expect(completed).toMatchObject({ ok: false, answer: "Three.", error: expect.stringContaining("used no tool") });
  const messages = events.flatMap((event) => (event.type === "goal" && event.message) || []);
  expect(messages).toEqual(["One.", "Two."]);
  expect(await goalOf(thread)).toMatchObject({ status: "paused", objective: "think about it" });

  const complete: Output = { type: "call", name: "update_goal", args: { status: "complete" } };
  script = [reply(complete), reply(text("All done."))];
  const resumed = await finish(pursue("", 200_000, thread, { isResumed: true }));
  expect(resumed.completed).toMatchObject({ ok: true, answer: "All done." });
  expect(await goalOf(thread)).toMatchObject({ status: "complete", tokenBudget: 200_000, objective: "think about it" });
});

test("a goal whose minutes are over is paused, and its turn ended with its commands", async () => {
  respond = () => reply(shell("cat gate"));
  execFileSync("mkfifo", [join(cwd, "gate")]);
  const { completed, thread } = await finish(pursue("never done", 100_000, undefined, { minutes: 0.1 }));
  expect(completed).toMatchObject({ ok: false, error: expect.stringContaining("0.1 min of this goal are over") });
  expect(await goalOf(thread)).toMatchObject({ status: "paused" });
  respond = undefined;
});

const goalOf = (thread: string) => codex.operations.goal?.(session(thread), "show");

function pursue(prompt: string, tokenBudget: number, thread?: string, terms: Partial<GoalTerms> = {}): DrivenRun {
  const request = toRequest({ ...setup(), prompt, session: thread });
  const goal = { isResumed: false, tokenBudget, ...terms };
  return new DrivenRun(codex.open({ ...request, spec: { ...request.spec, goal } }));
}
