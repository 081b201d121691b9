import { expect, test } from "vitest";
import { opencode } from "../../runners/opencode/index.ts";
import { OpencodeLine } from "../../runners/opencode/schema.ts";
import { initialState } from "../../runners/opencode/state.ts";
import { translate } from "../../runners/opencode/translate.ts";
import type { Completed, RunEvent } from "../../src/domain/events.ts";
import { readRecording, replay } from "../helpers/recordings.ts";

const read = (name: string): Promise<RunEvent[]> => replay(opencode, [readRecording("opencode", name)]);

const actionsOf = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === "action" ? [{ ...event.action, ok: event.ok }] : []));
/** As one would read them: `command echo hello`, with `!` where it failed. */
const steps = async (name: string) =>
  actionsOf(await read(name)).map(({ kind, title, ok }) => `${kind} ${title}${ok === false ? " !" : ""}`);
const outcome = async (name: string) => (await read(name)).at(-1) as Completed;
const detail = async (name: string, title: string) =>
  actionsOf(await read(name)).find((action) => action.title === title)?.detail;

test("a plain answer is told with its session and what it used", async () => {
  const events = await read("plain");
  const resume = { engine: "opencode", value: expect.stringMatching(/^ses_[A-Za-z0-9]+$/) };
  expect(events).toEqual([
    { type: "started", engine: "opencode", resume, title: "opencode" },
    {
      type: "completed",
      engine: "opencode",
      ok: true,
      answer: "Hello from the scripted model.",
      resume,
      usage: {
        inputTokens: 600,
        outputTokens: 20,
        cacheReadTokens: 400,
        cacheWriteTokens: 0,
        reasoningTokens: 5,
        costUsd: 0.00064,
      },
    },
  ]);
});

test("every tool is one finished step, in the order in which they ended", async () => {
  expect(await steps("work")).toEqual([
    "note todo 0/3: Read the code",
    "tool read: `README.md`",
    "file_change notes/hello.txt",
    "command echo quick; echo loud >&2",
    "command sleep 1; echo slow",
    "file_change README.md !",
    "file_change notes/hello.txt",
    "command echo about to fail; exit 3 !",
    "note todo 2/3: Write it up",
    "tool no_such_tool !",
    "command echo before; sleep 30 !",
  ]);
});

test("the texts of the steps are paragraphs of one answer, and their tokens are summed", async () => {
  expect(await outcome("work")).toMatchObject({
    ok: true,
    answer: "I will look first.\n\nNearly done.\n\nAll three are done.",
    usage: { inputTokens: 3000, outputTokens: 100, cacheReadTokens: 2000, reasoningTokens: 25, costUsd: 0.0032 },
  });
});

test("a file that was not there before is added", async () => {
  expect(await detail("work", "notes/hello.txt")).toMatchObject({
    changes: [{ path: "notes/hello.txt", verb: "add" }],
  });
});

test("a command has its exit code and the end of its output", async () => {
  expect(await detail("bash", "echo one; echo two >&2")).toEqual({ exitCode: 0, output: "one\ntwo" });
  expect(await detail("work", "echo about to fail; exit 3")).toEqual({ exitCode: 3, output: "about to fail" });
});

test("a command that ran out of time says so", async () => {
  const found = await detail("work", "echo before; sleep 30");
  expect(found?.exitCode).toBeUndefined();
  expect(found?.error).toMatch(/exceeding timeout 1500 ms/);
});

test("a failed tool brings its error", async () => {
  expect((await detail("work", "README.md"))?.error).toMatch(/^Could not find oldString/);
  expect((await detail("work", "no_such_tool"))?.error).toMatch(/unavailable tool 'no_such_tool'/);
});

test("a patch names its files and what became of them", async () => {
  const changes = [
    { path: "notes/new.txt", verb: "add" },
    { path: "README.md", verb: "update" },
  ];
  expect(await steps("patch")).toEqual(["file_change notes/new.txt, README.md"]);
  expect(await detail("patch", "notes/new.txt, README.md")).toMatchObject({ changes });
});

test("a sub-agent is one step, whatever it did", async () => {
  expect(await steps("task")).toEqual(["subagent Look around"]);
  expect((await outcome("task")).answer).toBe("I will ask a helper.\n\nThe helper is done.");
});

test("reasoning is shown if it was asked for, and is no part of the answer", async () => {
  expect(await steps("thinking")).toEqual(["note Six times seven."]);
  expect((await outcome("thinking")).answer).toBe("The answer is 42.");
});

test("a refused permission fails the run and says what to set", async () => {
  expect(await steps("permission")).toEqual(["command rm -f junk.txt !"]);
  const { ok, error, answer } = await outcome("permission");
  expect(ok).toBe(false);
  expect(error).toMatch(/bash \(rm -f junk\.txt\).*`opencode\.permission`/);
  expect(answer).toBe("I need to remove a file.");
});

test("a model's refusal is told in the words of its server", async () => {
  const { ok, error, resume, usage } = await outcome("model-400");
  expect({ ok, error, usage }).toEqual({ ok: false, error: "This model takes no such parameter.", usage: undefined });
  expect(resume?.value).toMatch(/^ses_/);
});

test("an error without a cause leads to opencode's log", async () => {
  const { ok, error } = await outcome("bad-model");
  expect(ok).toBe(false);
  expect(error).toMatch(/^Unexpected server error.*\nThe cause is in opencode's log .*err_\w+.*`opencode models`/);
});

test("a retry that opencode made by itself leaves no trace", async () => {
  expect(await steps("rate-limited-once")).toEqual([]);
  expect(await outcome("rate-limited-once")).toMatchObject({ ok: true, answer: "Hello from the scripted model." });
});

test("an answer that was cut is an answer with a warning", async () => {
  expect(await steps("length")).toEqual(["warning The model reached its output limit. !"]);
  const { ok, answer } = await outcome("length");
  expect(ok).toBe(true);
  expect(answer).toMatch(/^This answer was cut\n\n\(Cut off here: .*\)$/);
});

test("after an overflow only the real answer counts: neither the summary nor what opencode told the model", async () => {
  expect(await steps("overflow")).toEqual([expect.stringMatching(/^warning .*outgrew the model's context/)]);
  expect(await outcome("overflow")).toMatchObject({ ok: true, answer: "Hello from the scripted model." });
});

test("a session that goes on keeps its id", async () => {
  expect((await outcome("resume")).resume).toEqual((await outcome("plain")).resume);
  expect((await outcome("resume")).answer).toBe("And once more.");
});

test("a run that was killed in the middle of a command is not done, and keeps its session", async () => {
  expect(await outcome("killed")).toMatchObject({
    ok: false,
    answer: "This takes a while.",
    resume: { value: expect.stringMatching(/^ses_/) },
  });
});

test("a long answer comes whole", async () => {
  const { answer } = await outcome("long");
  expect(answer.length).toBeGreaterThan(15_000);
  expect(answer).toMatch(/Paragraph 250 of a long answer, with some words to fill the line\.$/);
});

const line = (value: object) => OpencodeLine.parse({ timestamp: 1, sessionID: "ses_1", ...value });
const messageOf = (value: object) => translate(initialState, line({ type: "error", ...value }))[0].failure?.text;

test.each([
  [{ message: "at the top", error: { data: { message: "deeper" } } }, "at the top"],
  [{ error: "a string" }, "a string"],
  [{ error: { name: "APIError", message: "higher", data: { message: "deepest" } } }, "deepest"],
  [{ error: { name: "APIError", message: "plain" } }, "plain"],
  [{ error: { name: "MessageOutputLengthError", data: {} } }, "MessageOutputLengthError"],
  [{ error: 7 }, "opencode error"],
  [{}, "opencode error"],
])("the error line %j says %s", (value, text) => {
  expect(messageOf(value)).toBe(text);
});

const tool = (part: object) => {
  const events = translate(
    { ...initialState, session: "ses_1" },
    line({ type: "tool_use", part: { id: "p", ...part } }),
  )[1];
  return actionsOf(events)[0];
};
const completed = { status: "completed", input: {}, output: "" };

test.each([
  [{ tool: "skill", state: { ...completed, title: "Loaded skill: git" } }, "tool", "Loaded skill: git"],
  [{ tool: "jira_search", state: { ...completed, title: "" } }, "tool", "jira_search"],
  [{ tool: "todowrite", state: { ...completed, input: { todos: [] } } }, "note", "update todos"],
  [{ tool: "apply_patch", state: completed }, "file_change", "apply_patch"],
])("%j is a %s titled %s", (part, kind, title) => {
  expect(tool(part)).toMatchObject({ id: "p", kind, title, ok: true });
});

test("an input or a metadata of another shape is no reason to drop a tool", () => {
  const state = { status: "error", input: "raw", metadata: 3, title: 4, output: 5, error: "no" };
  expect(tool({ callID: "c", tool: "bash", state })).toMatchObject({
    id: "c",
    title: "bash",
    ok: false,
    detail: { error: "no" },
  });
});

const printed = (value: object) => Buffer.from(`${JSON.stringify(value)}\n`);
const SESSION = "ses_1";
const said = (text: string) => printed({ type: "text", sessionID: SESSION, part: { text } });
const end = printed({ type: "step_finish", sessionID: SESSION, part: { reason: "stop", cost: 0 } });

test("words without a line end before a line cost nothing of it", async () => {
  const events = await replay(opencode, [Buffer.from("Update available! "), said("Hello."), end]);
  expect(events.at(-1)).toMatchObject({ type: "completed", ok: true, answer: "Hello." });
});

test("a tool that still runs is not told as done", async () => {
  const part = { id: "p1", callID: "c1", tool: "bash", state: { status: "running", input: { command: "sleep 9" } } };
  const events = await replay(opencode, [printed({ type: "tool_use", sessionID: SESSION, part }), said("Hello."), end]);
  expect(actionsOf(events)).toMatchObject([{ title: "sleep 9", ok: undefined }]);
  expect(events[1]).toMatchObject({ type: "action", phase: "started" });
});
