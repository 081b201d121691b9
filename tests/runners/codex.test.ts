import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { codexLine } from "../../runners/codex/schema.ts";
import { initial, translate } from "../../runners/codex/translate.ts";
import type { ActionEvent, Completed, RunEvent } from "../../src/domain/events.ts";

/** What the lines of a recorded stream translate to. */
function read(name: string, start = initial): RunEvent[] {
  const text = readFileSync(new URL(`../../fixtures/codex/${name}.jsonl`, import.meta.url), "utf8");
  let state = start;
  return text
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [next, events] = translate(state, codexLine.parse(JSON.parse(line)));
      state = next;
      return events;
    });
}

const actions = (events: readonly RunEvent[]) => events.filter((event) => event.type === "action");
/** As one would read it: `completed command echo hello`, with `!` where it failed. */
const summary = ({ phase, action, ok }: ActionEvent) =>
  `${phase} ${action.kind} ${action.title}${ok === false ? " !" : ""}`;
const steps = (name: string) =>
  actions(read(name))
    .filter(({ action }) => action.kind !== "turn")
    .map(summary);
const outcome = (name: string, start = initial) => read(name, start).at(-1) as Completed;

test("a plain answer is told with its thread and what it used", () => {
  const resume = { engine: "codex", value: "01a1fd69-e26d-7a00-b981-77917f623c0f" };
  expect(read("plain")).toEqual([
    { type: "started", engine: "codex", resume, title: "Codex" },
    {
      type: "action",
      engine: "codex",
      phase: "started",
      action: { id: "turn_1", kind: "turn", title: "turn started", detail: {} },
    },
    {
      type: "completed",
      engine: "codex",
      ok: true,
      answer: "Hello from the scripted model.",
      resume,
      usage: { inputTokens: 60, outputTokens: 20, cacheReadTokens: 40, cacheWriteTokens: 0, reasoningTokens: 5 },
    },
  ]);
});

test.each([
  ["command", ["started command echo hello", "completed command echo hello"]],
  ["command-failed", ["started command echo oops >&2; exit 3", "completed command echo oops >&2; exit 3 !"]],
  ["command-running-at-end", ["started command echo started; sleep 61"]],
  ["file-add", ["started file_change /repo/greeting.txt", "completed file_change /repo/greeting.txt"]],
  ["file-refused", []],
  ["mcp", ["started tool demo.lookup", "completed tool demo.lookup"]],
  ["mcp-failed", ["started tool demo.boom", "completed tool demo.boom !"]],
  ["web-search", ["started web_search the web", "completed web_search weather in Lisbon"]],
  ["reasoning", ["completed note Weighing it", "completed note Deciding"]],
  [
    "todo-list",
    [
      "started note todo 0/2: Read the code",
      "started command cat README.md",
      "completed command cat README.md",
      "updated note todo 1/2: Change it",
      "updated note todo 2/2: done",
      "completed note todo 2/2: done",
    ],
  ],
  [
    "commentary",
    [
      "completed note I will look around first.",
      "started command ls",
      "completed command ls",
      "completed note Now the directory.",
      "started command pwd",
      "completed command pwd",
    ],
  ],
  [
    "unauthorized",
    [
      "started note Reconnecting... 1/2 (unexpected status 401 Unauthorized: Incorrect API key provided, url: http://127.0.0.1:8080/v1/responses)",
      "updated note Reconnecting... 2/2 (unexpected status 401 Unauthorized: Incorrect API key provided, url: http://127.0.0.1:8080/v1/responses)",
      "completed warning unexpected status 401 Unauthorized: Incorrect API key provided, url: http://127.0.0.1:8080/v1/responses !",
    ],
  ],
  [
    "reconnected",
    [
      "started note Reconnecting... 1/2 (exceeded retry limit, last status: 429 Too Many Requests)",
      "completed note Reconnected",
    ],
  ],
  [
    "model-unknown",
    [
      "completed warning Model metadata for `house-model` not found. Defaulting to fallback metadata; this can degrade performance and cause issues. !",
    ],
  ],
])("the steps of `%s` are told as they happen", (name, expected) => {
  expect(steps(name)).toEqual(expected);
});

test("a step is begun and ended under one id", () => {
  for (const name of ["command", "web-search", "mcp", "file-many", "reconnected"]) {
    const begun = actions(read(name)).filter(({ phase, action }) => phase === "started" && action.kind !== "turn");
    const ended = actions(read(name)).filter(({ phase }) => phase === "completed");
    expect(ended.map(({ action }) => action.id)).toEqual(begun.map(({ action }) => action.id));
  }
});

test("a failed command carries its exit code and the end of its output", () => {
  const failed = actions(read("command-failed")).find(({ ok }) => ok === false);
  expect(failed?.action.detail).toEqual({ exitCode: 3, output: "oops" });
});

test("a failed tool carries what it said", () => {
  const failed = actions(read("mcp-failed")).find(({ ok }) => ok === false);
  expect(failed?.action.detail).toEqual({ error: "the demo tool broke" });
});

test("a patch carries each file with what was done to it", () => {
  const [, , , last] = actions(read("file-many")).filter(({ action }) => action.kind === "file_change");
  expect(last?.action.detail.changes).toEqual([
    { path: "/repo/b.md", verb: "delete" },
    { path: "/repo/docs/a.md", verb: "update" },
  ]);
});

test("titles leave the run's directory out", () => {
  const [change] = actions(read("file-many", { ...initial, cwd: "/repo" })).filter(
    ({ action }) => action.kind === "file_change",
  );
  expect(change?.action.title).toBe("b.md, docs/a.md");
});

test.each([
  ["commentary", "You are in /repo."],
  ["reconnected", "It worked in the end."],
  ["stream-cut", "The whole answer."],
  ["todo-list", "Both steps are done."],
  ["command-running-at-end", "It runs in the background."],
  ["empty", ""],
])("the answer of `%s` is its last message", (name, answer) => {
  expect(outcome(name)).toMatchObject({ ok: true, answer });
});

test("a long answer comes whole", () => {
  const { answer } = outcome("answer-long");
  expect(answer.split("\n")).toHaveLength(400);
  expect(answer).toMatch(/^1\. This[\s\S]*said by the scripted model\.$/);
});

test.each([
  ["bad-request", "The model does not exist"],
  ["rate-limited", "exceeded retry limit, last status: 429 Too Many Requests"],
  ["usage-limit", "try again at Jan 1st, 2030"],
  ["context-full", "Start a new thread"],
  ["unauthorized", "Run `codex login` on this machine"],
  ["key-missing", "name it in `codex.env_passthrough`"],
  ["key-missing", "the variable SCRIPTED_KEY"],
  ["unreachable", "could not reach its model provider"],
])("the failure of `%s` says: %s", (name, text) => {
  const completed = outcome(name);
  expect(completed).toMatchObject({ ok: false, answer: "" });
  expect(completed.error).toContain(text);
});

test("a turn that fails in mid-answer keeps what was answered", () => {
  expect(outcome("incomplete")).toMatchObject({
    ok: false,
    answer: "Half an answer",
    error: "Incomplete response returned, reason: max_output_tokens",
  });
});

const firstRun = {
  input_tokens: 200,
  cached_input_tokens: 80,
  cache_write_input_tokens: 0,
  output_tokens: 40,
  reasoning_output_tokens: 10,
};

test("a resumed run is charged what it used itself, not the whole thread", () => {
  expect(outcome("resume", { ...initial, before: firstRun }).usage).toEqual({
    inputTokens: 120,
    outputTokens: 40,
    cacheReadTokens: 80,
    cacheWriteTokens: 0,
    reasoningTokens: 10,
  });
});

test("usage is left out if the thread's earlier totals are unknown, or larger than the later ones", () => {
  const more = { ...firstRun, input_tokens: 1_000_000 };
  for (const before of [undefined, more]) {
    expect(outcome("resume", { ...initial, before }).usage).toBeUndefined();
    expect(outcome("resume", { ...initial, before }).ok).toBe(true);
  }
});

test("a message that is marked as commentary is a note at once and never the answer", () => {
  const item = { id: "item_0", type: "agent_message" as const, text: "Looking.", phase: "commentary" };
  const [state, events] = translate(initial, { type: "item.completed", item });
  expect(actions(events).map(summary)).toEqual(["completed note Looking."]);
  expect(state.answer).toBe("");
});

test.each([
  [{ tool: "wait", status: "completed" }, "completed subagent waiting for sub-agents"],
  [{ tool: "spawn_agent", prompt: "Look there.", status: "completed" }, "completed subagent spawn agent: Look there."],
])("work with sub-agents is shown (%j)", (more, told) => {
  const item = { id: "item_0", type: "collab_tool_call" as const, ...more };
  expect(actions(translate(initial, { type: "item.completed", item })[1]).map(summary)).toEqual([told]);
});

test("a page that was opened and an image that was made are named", () => {
  const page = {
    id: "ws_1",
    type: "web_search" as const,
    query: "",
    action: { type: "open_page", url: "https://example.org/a" },
  };
  const image = { id: "ig_1", type: "image_generation" as const, saved_path: "/repo/fox.png", status: "completed" };
  const told = [page, image].flatMap((item) =>
    actions(translate(initial, { type: "item.completed", item })[1]).map(summary),
  );
  expect(told).toEqual(["completed web_search https://example.org/a", "completed tool image: /repo/fox.png"]);
});

test("a title and an output of any length are cut", () => {
  const item = {
    id: "item_0",
    type: "command_execution" as const,
    command: `/bin/bash -lc 'echo ${"x".repeat(100_000)}'`,
    aggregated_output: "y".repeat(100_000),
    exit_code: 0,
    status: "completed",
  };
  const [event] = actions(translate(initial, { type: "item.completed", item })[1]);
  expect(event?.action.title).toHaveLength(1000);
  expect(event?.action.detail.output).toHaveLength(500);
});

test("a line that lacks what only some versions print is still read", () => {
  const item = { id: "item_0", type: "command_execution", command: "ls", status: "completed" };
  expect(codexLine.safeParse({ type: "item.completed", item }).success).toBe(true);
  const usage = { input_tokens: 10, cached_input_tokens: 4, output_tokens: 2 };
  expect(codexLine.parse({ type: "turn.completed", usage })).toMatchObject({ usage: { cache_write_input_tokens: 0 } });
});
