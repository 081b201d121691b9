import { describe, expect, test } from "vitest";
import { pi } from "../../runners/pi/index.ts";
import { end } from "../../runners/pi/outcome.ts";
import { initialState } from "../../runners/pi/state.ts";
import type { ActionEvent, Completed, RunEvent } from "../../src/domain/events.ts";
import type { Exit } from "../../src/engine/define.ts";
import { createLog, readRecording, replay } from "../helpers/recordings.ts";

const read = (name: string): Promise<RunEvent[]> => replay(pi, [readRecording("pi", name)]);

/** As one would read it: `started command echo hi`, with `!` where it failed. */
const steps = (events: readonly RunEvent[]): string[] =>
  events
    .filter((event) => event.type === "action")
    .map(({ phase, action, ok }) => `${phase} ${action.kind} ${action.title}${ok === false ? " !" : ""}`);

const outcomeOf = (events: readonly RunEvent[]): Completed => {
  const last = events.at(-1);
  if (last?.type !== "completed") throw new Error("the run has no outcome");
  return last;
};

const completedActions = (events: readonly RunEvent[]): ActionEvent[] =>
  events.filter((event) => event.type === "action").filter((event) => event.phase === "completed");

describe.each(["0.74", "1.5"])("pi %s", (line) => {
  test("a plain run is its session, then its answer with usage and cost", async () => {
    const events = await read(`${line}-plain`);
    expect(events.map((event) => event.type)).toEqual(["started", "completed"]);
    const [started] = events;
    const resume = { engine: "pi", value: expect.stringMatching(/^[0-9a-f-]{36}$/) };
    expect(started).toEqual({ type: "started", engine: "pi", resume, title: "pi", meta: { cwd: "/repo" } });
    expect(outcomeOf(events)).toEqual({
      type: "completed",
      engine: "pi",
      ok: true,
      answer: "Hello there.",
      resume,
      usage: {
        inputTokens: 600,
        outputTokens: 20,
        cacheReadTokens: 400,
        cacheWriteTokens: 0,
        costUsd: expect.closeTo(0.00222, 6),
        ...(line === "1.5" && { reasoningTokens: 5 }),
      },
    });
  });

  test("a command is shown while it runs, and usage is summed over the calls", async () => {
    const events = await read(`${line}-shell`);
    const command = "echo hello; echo warn >&2";
    const updated = steps(events).filter((step) => step.startsWith("updated"));
    expect(new Set(updated)).toEqual(new Set([`updated command ${command}`]));
    expect(steps(events).filter((step) => !updated.includes(step))).toEqual([
      `started command ${command}`,
      `completed command ${command}`,
    ]);
    expect(completedActions(events)[0]?.action.detail.output).toBe("hello\nwarn");
    expect(outcomeOf(events)).toMatchObject({
      ok: true,
      answer: "Results: hello\nwarn",
      usage: { inputTokens: 1200, outputTokens: 40, cacheReadTokens: 800, costUsd: expect.closeTo(0.00444, 6) },
    });
  });

  test("a failed command carries its exit code and what it printed, and the run goes on", async () => {
    const events = await read(`${line}-shell-fails`);
    const [failed] = completedActions(events);
    expect(failed).toMatchObject({ ok: false, action: { kind: "command", detail: { exitCode: 3 } } });
    expect(failed?.action.detail.error).toContain("boom");
    expect(outcomeOf(events)).toMatchObject({ ok: true });
  });

  test("commands that run side by side are told apart", async () => {
    const events = await read(`${line}-parallel`);
    expect(steps(events).filter((step) => !step.startsWith("updated"))).toHaveLength(6);
    expect(steps(events).slice(0, 3)).toEqual([
      "started command sleep 0.4; echo one",
      "started command echo two",
      "started command exit 4",
    ]);
    const ended = completedActions(events).map(({ action, ok }) => [action.title, ok, action.detail.exitCode]);
    const well = line === "1.5" ? 0 : undefined;
    expect(new Set(ended)).toEqual(
      new Set([
        ["sleep 0.4; echo one", true, well],
        ["echo two", true, well],
        ["exit 4", false, 4],
      ]),
    );
  });

  test("files that are read, written and changed are named", async () => {
    expect(steps(await read(`${line}-read`))).toContain("completed tool read: `README.md`");
    const written = await read(`${line}-write`);
    expect(steps(written)).toContain("completed file_change notes.txt");
    expect(completedActions(written)[0]?.action.detail.changes).toEqual([{ path: "notes.txt", verb: "update" }]);
    expect(steps(await read(`${line}-edit`))).toContain("completed file_change README.md !");
  });

  test("a tool that does not exist fails by its name, and the run goes on", async () => {
    const events = await read(`${line}-unknown-tool`);
    expect(steps(events)).toEqual(["started tool no_such_tool", "completed tool no_such_tool !"]);
    expect(outcomeOf(events).ok).toBe(true);
  });

  test("thoughts are not a part of the answer", async () => {
    expect(outcomeOf(await read(`${line}-think`))).toMatchObject({ ok: true, answer: "The answer is 42." });
  });

  test("a resumed session keeps its id and answers the new prompt only", async () => {
    expect(outcomeOf(await read(`${line}-resume`))).toMatchObject({ ok: true, answer: "Going on." });
  });

  test("a model's error fails the run although pi exits with 0", async () => {
    expect(outcomeOf(await read(`${line}-model-error`))).toMatchObject({
      ok: false,
      answer: "",
      error: expect.stringMatching(/^400:? scripted failure 400$/),
    });
  });

  test("refused credentials say what to do", async () => {
    expect(outcomeOf(await read(`${line}-unauthorized`)).error).toMatch(/^401.*scripted failure 401\n.*\/login/);
  });

  test("a run that recovers by a retry is a success, and the retry keeps one line", async () => {
    const events = await read(`${line}-retry-works`);
    const notes = events.filter((event) => event.type === "action");
    expect(new Set(notes.map(({ action }) => action.id))).toEqual(new Set(["pi.retry.0"]));
    expect(steps(events)[0]).toMatch(/^started note retry 1 of 3 in 2 s: 500:? scripted failure 500$/);
    expect(steps(events).at(-1)).toMatch(/^completed note worked after \d retr(y|ies)$/);
    expect(outcomeOf(events)).toMatchObject({ ok: true, answer: "Recovered." });
  });

  test("retries that lead nowhere fail the run with the last error", async () => {
    const events = await read(`${line}-retries-exhausted`);
    expect(steps(events).at(-1)).toBe("completed note gave up after 3 retries !");
    expect(outcomeOf(events)).toMatchObject({ ok: false, error: expect.stringContaining("scripted failure 500") });
  });

  test("an answer that stops at the output limit is kept, with a warning", async () => {
    const events = await read(`${line}-length`);
    expect(steps(events)).toEqual(["completed warning the answer stops at the model's output limit !"]);
    expect(outcomeOf(events)).toMatchObject({ ok: true, answer: "This answer was cut" });
  });

  test("an empty answer is a failure that says so", async () => {
    expect(outcomeOf(await read(`${line}-empty-answer`))).toMatchObject({
      ok: false,
      error: "pi finished without an answer.",
    });
  });

  test("a prompt that pi takes for nothing is a failure", async () => {
    expect(outcomeOf(await read(`${line}-empty-prompt`))).toMatchObject({
      ok: false,
      error: expect.stringContaining("prompt is empty"),
    });
  });

  test("a stream that was cut off in a command fails, and names the session", async () => {
    const events = await read(`${line}-stopped`);
    const command = "command echo started; sleep 300";
    expect(steps(events)).toEqual([`started ${command}`, `updated ${command}`]);
    const shown = events.flatMap((event) => (event.type === "action" ? [event.action.detail.output] : []));
    expect(shown.at(-1)).toBe("started");
    expect(outcomeOf(events)).toMatchObject({ ok: false, resume: { engine: "pi" } });
  });

  test("a compaction is a note, and the run is judged by its answer", async () => {
    const events = await read(`${line}-compaction`);
    expect(steps(events)[0]).toBe("started note compacting the conversation");
    expect(steps(events)[1]).toBe("completed note compacted the conversation");
    expect(outcomeOf(events)).toMatchObject({ ok: true, answer: "Third." });
  });
});

test("old pi, which gives up on a full context, fails with the model's words", async () => {
  expect(outcomeOf(await read("0.74-overflow"))).toMatchObject({
    ok: false,
    error: expect.stringContaining("maximum context length"),
  });
});

test("new pi, which compacts a full context and asks again, succeeds and counts the summary", async () => {
  const events = await read("1.5-overflow");
  expect(outcomeOf(events)).toMatchObject({ ok: true, answer: "Fits now." });
  expect(outcomeOf(events).usage?.outputTokens).toBeGreaterThan(20);
});

describe("a stream that ends without an outcome", () => {
  const exit: Exit = { code: 0, signal: undefined, stderr: "", stopped: undefined };
  const working = { ...initialState, phase: "working", answer: "So far." } as const;

  test("keeps the reason of a stop, and the answer so far", () => {
    const outcome = end(working, { ...exit, code: 143, stopped: "Stopped by you." });
    expect(outcome).toMatchObject({ ok: false, answer: "So far.", error: "Stopped by you." });
  });

  test("quotes the exit code and the end of stderr", () => {
    const outcome = end(working, { ...exit, code: 1, stderr: "write EPIPE" });
    expect(outcome.error).toBe("pi ended before it was done (exit code 1).\nwrite EPIPE");
  });

  test("names the signal", () => {
    const outcome = end(working, { ...exit, code: undefined, signal: "SIGKILL" });
    expect(outcome.error).toBe("pi ended before it was done (SIGKILL).");
  });

  test("is a success if the answer was whole, whatever the exit code", () => {
    const done = { ...working, phase: "ended", last: { stopReason: "stop" } } as const;
    expect(end(done, { ...exit, code: 1 })).toMatchObject({ ok: true, answer: "So far." });
  });

  test("guesses at a question on a terminal if there was no word at all", () => {
    expect(end(initialState, exit).error).toContain("asked a question on a terminal");
  });

  test.each([
    [
      "No API key found for anthropic.\n\nUse /login to log in\n  /docs/a.md",
      "No API key found for anthropic.",
      "/login",
    ],
    ['Error: Unknown provider "x". Use --list-models to see them.', 'Unknown provider "x"', "`takopi doctor`"],
    ["Error: --provider requires --model (for example: x)", "--provider requires --model", "`pi.model`"],
    [
      "file:///pi/cli.js:2\nimport { enableCompileCache } from\nSyntaxError: no export named 'enableCompileCache'\n    at x",
      "SyntaxError: no export named 'enableCompileCache'",
      "newer Node",
    ],
  ])("adds the next step to %j", (stderr, line, advice) => {
    const error = end(initialState, { ...exit, code: 1, stderr }).error ?? "";
    expect(error.split("\n")).toHaveLength(3);
    expect(error).toContain("(exit code 1)");
    expect(error).toContain(line);
    expect(error).toContain(advice);
  });

  test("quotes what it does not know as it is", () => {
    expect(end(initialState, { ...exit, code: 1, stderr: "Error: a\nand b" }).error).toContain("\nError: a\nand b");
  });
});

const lines = (...values: readonly object[]) => [
  Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join("")),
];
const message = (role: string, more: object = {}) => ({ type: "message_end", message: { role, ...more } });
const answer = (text: string, stopReason = "stop") =>
  message("assistant", { content: [{ type: "text", text }], stopReason });
const session = { type: "session", id: "s1" };

describe("output of other versions and extensions", () => {
  test("an answer that a message was added to is told with the answer to that", async () => {
    const stream = lines(
      session,
      { type: "agent_start" },
      message("user"),
      answer("One."),
      message("user"),
      answer("Two."),
    );
    const events = await replay(pi, [...stream, ...lines({ type: "agent_end" })]);
    expect(events.at(-1)).toMatchObject({ type: "completed", ok: true, answer: "One.\n\nTwo." });
  });

  test("words before a tool are no answer of their own", async () => {
    const stream = lines(session, message("user"), answer("Working.", "toolUse"), message("user"), answer("Done."));
    expect((await replay(pi, [...stream, ...lines({ type: "agent_end" })])).at(-1)).toMatchObject({ answer: "Done." });
  });

  test("the result of a tool may be a string", async () => {
    const tool = { toolCallId: "c1", toolName: "mine" };
    const events = await replay(
      pi,
      lines(
        session,
        { type: "tool_execution_start", ...tool, args: {} },
        { type: "tool_execution_end", ...tool, result: "all of it" },
      ),
    );
    expect(events[2]).toMatchObject({
      type: "action",
      phase: "completed",
      action: { detail: { output: "all of it" } },
    });
  });

  test("a line that is spaced otherwise is known all the same", async () => {
    const log = createLog("warn");
    await replay(pi, [Buffer.from('{"type": "turn_start"}\n{ "type" : "message_update", "x": 1 }\n')], log);
    expect(log.entries).toEqual([]);
  });

  test("an attempt that was aborted before it said anything is told as aborted", async () => {
    const aborted = { role: "assistant", content: [], stopReason: "aborted" };
    const events = await replay(
      pi,
      lines(session, { type: "agent_start" }, { type: "agent_end", messages: [aborted] }),
    );
    expect(events.at(-1)).toMatchObject({ ok: false, error: "pi run aborted" });
  });
});
