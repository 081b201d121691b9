import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { codex } from "../../runners/codex/index.ts";
import type { Completed, RunEvent } from "../../src/domain/events.ts";
import { markedProcesses } from "../../src/engine/marked.ts";
import type { EngineOptions } from "../../src/engine/options.ts";
import { type DrivenRun, openDriven } from "../helpers/driven.ts";
import { type ResponsesModel, startResponsesModel } from "./models/openai-responses.ts";
import { patch, type Reply, reply, shell, text } from "./models/responses-reply.ts";
import { engineCommand, engineHome } from "./pinned.ts";

// The real CLI needs a second or two for a turn, and many more on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

/** npm's executable is a script of Node's that starts the native one. */
const script = engineCommand("codex");

let root: string;
let cwd: string;
let model: ResponsesModel | undefined;
let runs = 0;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "takopi-codex-"));
  cwd = join(root, "repo");
  mkdirSync(cwd);
  mkdirSync(join(root, ".codex"));
});
afterEach(async () => {
  await model?.close();
  rmSync(root, { recursive: true, force: true, maxRetries: 20 });
});

async function answerWith(replies: readonly Reply[]): Promise<ResponsesModel> {
  await model?.close();
  model = await startResponsesModel(replies);
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
  return model;
}

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log };

interface Options extends EngineOptions {
  readonly sandbox?: "read-only" | "workspace-write" | "danger-full-access";
}

function open(
  prompt: string,
  { thread, ...options }: Options & { thread?: string } = {},
): { run: DrivenRun; runId: string } {
  runs += 1;
  const runId = `codex-suite-${process.pid}-${runs}`;
  const run = openDriven(codex, {
    runId,
    prompt,
    cwd,
    env: { ...process.env, HOME: root, CODEX_HOME: undefined },
    options: { cmd: script, sandbox: "workspace-write", ...options } as EngineOptions,
    log,
    session: thread,
  });
  return { run, runId };
}

/** All events of a run; the last one apart. */
async function finish(run: AsyncIterable<RunEvent>): Promise<{ events: RunEvent[]; completed: Completed }> {
  const events: RunEvent[] = [];
  for await (const event of run) events.push(event);
  const ends = events.filter((event) => event.type === "completed");
  expect(ends).toHaveLength(1);
  expect(events.at(-1)).toBe(ends[0]);
  return { events, completed: ends[0] as Completed };
}

const done = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === "action" && event.phase === "completed" ? [event] : []));

const oneCall = { inputTokens: 60, outputTokens: 20, cacheReadTokens: 40, cacheWriteTokens: 0, reasoningTokens: 5 };

test("a new task is answered", async () => {
  await answerWith([reply(text("Hello."))]);
  const { events, completed } = await finish(open("Say hello.").run);
  expect(events[0]).toMatchObject({ type: "started", engine: "codex" });
  expect(completed).toMatchObject({ ok: true, answer: "Hello.", usage: oneCall });
});

test("tools are told as they run, and the files are there", async () => {
  await answerWith([
    reply(shell("echo hello | tr a-z A-Z")),
    reply(patch("*** Add File: made.txt", "+made by codex")),
    reply(text("Both are done.")),
  ]);
  const { events, completed } = await finish(open("Work.").run);
  expect(done(events)).toMatchObject([
    {
      ok: true,
      action: { kind: "command", title: "echo hello | tr a-z A-Z", detail: { output: "HELLO", exitCode: 0 } },
    },
    { ok: true, action: { kind: "file_change", detail: { changes: [{ verb: "add" }] } } },
  ]);
  expect(readFileSync(join(cwd, "made.txt"), "utf8")).toBe("made by codex\n");
  expect(completed).toMatchObject({ ok: true, answer: "Both are done." });
});

test("a tool that fails is told, and the run goes on", async () => {
  await answerWith([reply(shell("echo no >&2; exit 3")), reply(text("It did not work."))]);
  const { events, completed } = await finish(open("Try.").run);
  expect(done(events)).toMatchObject([{ ok: false, action: { detail: { exitCode: 3, output: "no" } } }]);
  expect(completed).toMatchObject({ ok: true, answer: "It did not work." });
});

test("a resumed thread keeps its id, its past and the sandbox, and each run its own usage", async () => {
  await answerWith([reply(shell("echo one")), reply(text("First answer."))]);
  const first = await finish(open("First question.").run);
  const thread = first.completed.resume?.value ?? "";
  expect(first.completed.usage).toMatchObject({ inputTokens: 120, outputTokens: 40 });

  const { calls } = await answerWith([
    reply(patch("*** Add File: later.txt", "+later")),
    reply(text("Second answer.")),
  ]);
  const second = await finish(open("Second question.", { thread }).run);
  expect(second.events[0]).toMatchObject({ type: "started", resume: { value: thread } });
  expect(second.completed).toMatchObject({ ok: true, answer: "Second answer.", resume: { value: thread } });
  expect(second.completed.usage).toMatchObject({ inputTokens: 120, outputTokens: 40 });
  expect(readFileSync(join(cwd, "later.txt"), "utf8")).toBe("later\n");
  expect(calls[0]?.prompts).toEqual(expect.arrayContaining(["First question.", "Second question."]));
  expect(JSON.stringify(calls[0]?.input)).toContain("First answer.");
});

test("a thread that is gone is told with what to do", async () => {
  await answerWith([]);
  const thread = "0199a213-81c0-7800-8aa1-bbab2a035a53";
  const { completed } = await finish(open("Go on.", { thread }).run);
  expect(completed.ok).toBe(false);
  expect(completed.error).toMatch(/^Codex no longer has this thread\.[\s\S]*no rollout found/);
});

test("a model's refusal ends the run with what the server said", async () => {
  await answerWith([{ type: "refusal", status: 400, error: { message: "No such model here" } }]);
  const { completed } = await finish(open("Hello.").run);
  expect(completed).toMatchObject({ ok: false, answer: "", error: "No such model here" });
});

test("a model server that is away ends the run instead of waiting for ever", async () => {
  const { close } = await answerWith([]);
  await close();
  const { completed } = await finish(open("Hello.").run);
  expect(completed.ok).toBe(false);
  expect(completed.error).toContain("could not reach its model provider");
});

test.each([
  ["a dash", "- first\n- second"],
  ["a flag", "--json"],
  ["an at sign", "@README.md what is this?"],
  ["a slash", "/review everything"],
  ["quotes", `it's "quoted" \`code\` $HOME \\n %s 'x`],
  ["the name of a subcommand", "resume"],
  ["200 KB", "word and ümlaut 🐙 ".repeat(10_000).trim()],
])("a prompt with %s arrives as it was written", async (_, prompt) => {
  const { calls } = await answerWith([reply(text("Read."))]);
  const { completed } = await finish(open(prompt).run);
  expect(completed).toMatchObject({ ok: true, answer: "Read." });
  expect(calls[0]?.prompts.at(-1)).toBe(prompt);
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

const native = join(
  ...[engineHome("codex"), "node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex"],
);

test.runIf(process.platform === "linux" && process.arch === "x64").each([
  { name: "script", cmd: script, sandbox: "workspace-write" },
  { name: "script", cmd: script, sandbox: "danger-full-access" },
  { name: "native executable", cmd: native, sandbox: "danger-full-access" },
] as const)("a cancel in mid-command leaves no process ($name, $sandbox), and the thread goes on", async (setup) => {
  const { cmd, sandbox } = setup;
  const seconds = `31${process.pid}.${runs}`;
  await answerWith([reply(shell(`trap '' TERM HUP; sleep ${seconds} & sleep ${seconds}; wait`))]);
  const { run, runId } = open("Sleep.", { cmd, sandbox });
  const finished = finish(run);
  await vi.waitUntil(() => processesWith(seconds).length >= 2, { timeout: 60_000, interval: 50 });
  expect(await markedProcesses(runId)).not.toHaveLength(0);

  await run.stop("cancelled by you");
  expect(processesWith(seconds)).toEqual([]);
  expect(await markedProcesses(runId)).toEqual([]);
  const { completed } = await finished;
  expect(completed).toMatchObject({ ok: false, error: "cancelled by you" });

  await answerWith([reply(text("Back again."))]);
  const thread = completed.resume?.value ?? "";
  const again = await finish(open("Go on.", { cmd, sandbox, thread }).run);
  expect(again.completed).toMatchObject({ ok: true, answer: "Back again.", resume: { value: thread }, usage: oneCall });
});
