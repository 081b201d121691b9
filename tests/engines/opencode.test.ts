import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { opencode } from "../../runners/opencode/index.ts";
import type { OpencodeOptions } from "../../runners/opencode/options.ts";
import type { Completed, RunEvent } from "../../src/domain/events.ts";
import { markedProcesses } from "../../src/engine/marked.ts";
import { type DrivenRun, openDriven } from "../helpers/driven.ts";
import { type ChatModel, startChatModel, turnsOf } from "./models/openai-chat.ts";
import { newestTurn } from "./models/script.ts";
import { engineCommand } from "./pinned.ts";

// A run needs seconds of processor time before it asks the model: minutes on a busy machine.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 900_000 });

let root: string;
let repo: string;
let model: ChatModel;
/** The first runs of all, started at the same moment. */
let firstRuns: readonly Finished[];
let runs = 0;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "takopi-opencode-")));
  repo = join(root, "repo");
  mkdirSync(repo);
  model = await startChatModel();
  mkdirSync(join(root, ".config/opencode"), { recursive: true });
  writeFileSync(join(root, ".config/opencode/opencode.json"), JSON.stringify(toConfig(model.url)));
  const both = [open("[[say First.]]"), open("[[say Second.]]")];
  firstRuns = await Promise.all(both.map(({ run }) => finish(run)));
});
afterAll(async () => {
  await model?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true, maxRetries: 20 });
});

/** Of the person: its own rules ask before every command. */
const toConfig = (url: string) => ({
  model: "scripted/m",
  small_model: "scripted/m",
  permission: { bash: "ask" },
  provider: {
    scripted: {
      npm: "@ai-sdk/openai-compatible",
      options: { baseURL: url, apiKey: "none" },
      models: { m: { tool_call: true, limit: { context: 200_000, output: 4000 }, cost: { input: 1, output: 2 } } },
    },
  },
});

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log };

interface Request extends OpencodeOptions {
  readonly session?: string;
  readonly cwd?: string;
  readonly home?: string;
}

function open(prompt: string, { session, cwd = repo, home = root, ...options }: Request = {}): Opened {
  runs += 1;
  const runId = `opencode-suite-${process.pid}-${runs}`;
  const run = openDriven(opencode, {
    runId,
    prompt,
    cwd,
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      PWD: "/",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    },
    options: { cmd: engineCommand("opencode"), ...options },
    log,
    session,
  });
  return { run, runId };
}

interface Opened {
  readonly run: DrivenRun;
  readonly runId: string;
}

interface Finished {
  readonly events: readonly RunEvent[];
  readonly completed: Completed;
}

async function finish(run: AsyncIterable<RunEvent>): Promise<Finished> {
  const events: RunEvent[] = [];
  for await (const event of run) events.push(event);
  const ends = events.filter((event) => event.type === "completed");
  expect(ends).toHaveLength(1);
  expect(events.at(-1)).toBe(ends[0]);
  return { events, completed: ends[0] as Completed };
}

const actions = ({ events }: Finished) => events.flatMap((event) => (event.type === "action" ? [event] : []));
const firstSession = (): string => firstRuns[0]?.completed.resume?.value ?? "";

test("two first runs at once on an empty data directory are both answered", () => {
  expect(firstRuns.map(({ completed }) => completed.answer)).toEqual(["First.", "Second."]);
  expect(firstRuns.map(({ completed }) => completed.ok)).toEqual([true, true]);
  expect(firstRuns[0]?.events[0]).toMatchObject({ type: "started", resume: { value: firstSession() } });
  expect(firstRuns[0]?.completed.usage).toMatchObject({ inputTokens: 600, outputTokens: 20, cacheReadTokens: 400 });
});

test("tools are told with their results, and the config's permission overrules opencode's own", async () => {
  const done = await finish(open("[[shell echo hello ;; echo no >&2; exit 3]]", { permission: "allow" }).run);
  const byCommand = actions(done).toSorted((one, other) => one.action.title.length - other.action.title.length);
  expect(byCommand).toMatchObject([
    { ok: true, action: { kind: "command", title: "echo hello", detail: { exitCode: 0, output: "hello" } } },
    { ok: false, action: { kind: "command", title: "echo no >&2; exit 3", detail: { exitCode: 3, output: "no" } } },
  ]);
  expect(done.completed).toMatchObject({ ok: true, answer: expect.stringMatching(/^Working on it\.\n\nResults: /) });
  expect(done.completed.usage).toMatchObject({ inputTokens: 1200, outputTokens: 40, reasoningTokens: 10 });
});

test("a session is gone on with in its own directory, also when asked for from another one", async () => {
  const cwd = join(root, "elsewhere");
  mkdirSync(cwd);
  const session = firstSession();
  const before = turnsOf(model).length;
  const done = await finish(open("[[shell pwd]]", { cwd, session, permission: { bash: "allow" } }).run);
  expect(actions(done)).toMatchObject([{ action: { detail: { output: repo } } }]);
  expect(done.completed).toMatchObject({ ok: true, resume: { value: session } });
  expect(JSON.stringify(turnsOf(model)[before]?.messages)).toContain("[[say First.]]");
});

test("a permission that nobody can give ends the run with what to set", async () => {
  const done = await finish(open("[[shell rm -f junk.txt]]").run);
  expect(actions(done)).toMatchObject([{ ok: false, action: { kind: "command", title: "rm -f junk.txt" } }]);
  expect(done.completed.ok).toBe(false);
  expect(done.completed.error).toMatch(/bash \(rm -f junk\.txt\).*`opencode\.permission`/);
});

test("a session that is not there is told at once", async () => {
  const before = turnsOf(model).length;
  const { completed } = await finish(open("Go on.", { session: "ses_0000000000000000000000000000" }).run);
  expect(completed).toMatchObject({ ok: false, error: expect.stringMatching(/no session `ses_0+`/) });
  expect(turnsOf(model)).toHaveLength(before);
});

test("a model's refusal ends the run with what its server said", async () => {
  const { completed } = await finish(open("[[fail 400]]").run);
  expect(completed).toMatchObject({ ok: false, answer: "", error: "scripted failure 400" });
});

test("if no model is set, opencode's hosted ones are left alone, and the error says what to set", async () => {
  const home = join(root, "bare");
  mkdirSync(home);
  const { completed } = await finish(open("Hello.", { home }).run);
  expect(completed.ok).toBe(false);
  expect(completed.error).toMatch(/`opencode\.model`[\s\S]*`opencode\.hosted_models = true`/);
});

test.each([
  ["a dash and quotes", `- it's "quoted" \`code\` $HOME \\n %s 'x\n- second [[echo]]`],
  ["an at sign", "@README.md what is this? [[echo]]"],
  ["a slash", "/review everything [[echo]]"],
  ["200 KB", `${"word and ümlaut 🐙 ".repeat(10_000)}[[echo]]`],
])("a prompt with %s arrives as it was written", async (_, prompt) => {
  const before = turnsOf(model).length;
  const { completed } = await finish(open(prompt).run);
  expect(completed.ok).toBe(true);
  const asked = turnsOf(model)[before];
  expect(asked && newestTurn(asked).prompt).toBe(prompt);
});

/** Processes one of whose arguments is the text. */
function processesWith(argument: string): number[] {
  const hasArgument = (pid: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(argument);
    } catch {
      return false;
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && hasArgument(name))
    .map(Number);
}

test.runIf(process.platform === "linux")("a cancel in the middle of a command leaves no process", async () => {
  const seconds = `31${process.pid}.5`;
  const command = `trap '' TERM HUP; sleep ${seconds} & sleep ${seconds}; wait`;
  const { run, runId } = open(`[[shell ${command}]]`, { permission: "allow" });
  const finished = finish(run);
  await vi.waitUntil(() => processesWith(seconds).length >= 2, { timeout: 500_000, interval: 100 });
  // The shell has the mark by which it is found: no signal to opencode ends it.
  expect(await markedProcesses(runId)).toEqual(expect.arrayContaining(processesWith(seconds)));

  await run.stop("cancelled by you");
  expect(processesWith(seconds)).toEqual([]);
  expect(await markedProcesses(runId)).toEqual([]);
  expect((await finished).completed).toMatchObject({ ok: false, error: "cancelled by you" });
});
