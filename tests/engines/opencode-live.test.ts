import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { opencode } from "../../runners/opencode/index.ts";
import { SESSION_MARK } from "../../runners/opencode/live/plugin.ts";
import type { OpencodeOptions } from "../../runners/opencode/options.ts";
import type { RunEvent } from "../../src/domain/events.ts";
import type { Question, Reply } from "../../src/domain/question.ts";
import { markedProcesses } from "../../src/engine/marked.ts";
import { type DrivenRun, host, openDriven, toSession } from "../helpers/driven.ts";
import { endedActions, type Finished, finish } from "../helpers/live-engine.ts";
import { noLog } from "../helpers/recordings.ts";
import { type ChatModel, startChatModel, turnsOf } from "./models/openai-chat.ts";
import { newestTurn } from "./models/script.ts";
import { layOpencodeFolder } from "./opencode-folder.ts";
import { engineCommand } from "./pinned.ts";

// A server needs seconds of processor time before it asks the model: minutes on a busy machine.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 900_000 });
const WAIT = { timeout: 500_000, interval: 50 };

let root: string;
let repo: string;
let model: ChatModel;
let runs = 0;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "takopi-opencode-live-")));
  repo = join(root, "repo");
  for (const folder of [repo, join(root, "other")]) mkdirSync(folder);
  model = await startChatModel();
  layConfig(join(root, ".config/opencode"), toConfig(model.url));
});
afterAll(async () => {
  await host.close();
  await model?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true, maxRetries: 20 });
});

function layConfig(folder: string, config: object): void {
  layOpencodeFolder(folder);
  writeFileSync(join(folder, "opencode.json"), JSON.stringify(config));
}

/** Of the person: says nothing of commands but that one of them is allowed. */
const toConfig = (url: string) => ({
  model: "scripted/m",
  small_model: "scripted/m",
  permission: { bash: { "echo allowed*": "allow" } },
  provider: {
    scripted: {
      npm: "@ai-sdk/openai-compatible",
      options: { baseURL: url, apiKey: "none" },
      models: { m: { tool_call: true, limit: { context: 200_000, output: 4000 }, cost: { input: 1, output: 2 } } },
    },
  },
});

const environment = () => ({
  PATH: process.env["PATH"],
  HOME: root,
  PWD: "/",
  OPENCODE_DISABLE_MODELS_FETCH: "1",
  OPENCODE_DISABLE_AUTOUPDATE: "1",
  OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
});

interface Request extends OpencodeOptions {
  readonly session?: string;
  readonly cwd?: string;
}

function setupOf({ session: _, cwd = repo, ...options }: Request) {
  const own = { cmd: engineCommand("opencode"), interactive: true, ...options };
  return { cwd, env: environment(), options: own, log: noLog };
}

function open(prompt: string, request: Request = {}): DrivenRun {
  runs += 1;
  const runId = `opencode-live-suite-${process.pid}-${runs}`;
  return openDriven(opencode, { ...setupOf(request), session: request.session, runId, prompt });
}

/** A run that is read as it goes. */
interface Watched {
  readonly run: DrivenRun;
  readonly events: RunEvent[];
  readonly finished: Promise<Finished>;
}

function watch(run: DrivenRun): Watched {
  const events: RunEvent[] = [];
  async function* read(): AsyncGenerator<RunEvent> {
    for await (const event of run) {
      events.push(event);
      yield event;
    }
  }
  return { run, events, finished: finish(read()) };
}

const begin = (prompt: string, request: Request = {}): Watched => watch(open(prompt, request));
const ask = async (prompt: string, request: Request = {}): Promise<Finished> => begin(prompt, request).finished;
const sessionOf = ({ completed }: Finished): string => completed.resume?.value ?? "";
const questionsOf = ({ events }: { events: readonly RunEvent[] }): readonly Question[] =>
  events.flatMap((event) => (event.type === "question" ? [event.question] : []));

/** The run's next question that was not asked before. */
async function nextQuestion(watched: Watched, before = 0): Promise<Question> {
  const isThere = () => questionsOf(watched).length > before || watched.events.at(-1)?.type === "completed";
  await vi.waitUntil(isThere, WAIT);
  const question = questionsOf(watched)[before];
  if (question === undefined) throw new Error(`not asked: ${JSON.stringify(watched.events.at(-1))}`);
  return question;
}

async function reply(watched: Watched, question: Question, answer: Reply): Promise<void> {
  expect(await watched.run.controls.answer(question.id, answer)).toBe(true);
}

async function askAndReply(prompt: string, answer: Reply, request: Request = {}): Promise<Finished> {
  const watched = begin(prompt, request);
  await reply(watched, await nextQuestion(watched), answer);
  return watched.finished;
}

const outputs = (finished: Finished) => endedActions(finished).map(({ action }) => action.detail.output);
const results = (before: number): string =>
  JSON.stringify(
    turnsOf(model)
      .slice(before)
      .map((body) => newestTurn(body)),
  );
const once: Reply = { type: "allow", scope: "once" };

test("a new task is answered, told as it is written, counted and priced", async () => {
  const { events, completed } = await ask("[[say Hello there, this is the answer.]]");
  const resume = { engine: "opencode", value: expect.stringMatching(/^ses_/) };
  expect(events[0]).toEqual({ type: "started", engine: "opencode", resume, title: "opencode" });
  expect(completed).toMatchObject({ ok: true, answer: "Hello there, this is the answer.", resume });
  expect(completed.usage).toMatchObject({ inputTokens: 600, outputTokens: 20, cacheReadTokens: 400 });
  expect(completed.usage?.costUsd).toBeGreaterThan(0);
  expect(completed.usage?.contextFill).toBeGreaterThan(0);
  const texts = events.flatMap((event) => (event.type === "text" ? [event.text] : []));
  expect(texts.length).toBeGreaterThan(0);
  for (const text of texts) expect(completed.answer.startsWith(text)).toBe(true);
  expect(host.servers()).toMatchObject([{ busy: [], idleSince: expect.any(Number) }]);
});

test("a command is asked for with its directory, and runs once it is allowed", async () => {
  const watched = begin("[[shell echo one; echo two]]");
  const question = await nextQuestion(watched);
  expect(question).toMatchObject({ kind: "command", command: "echo one; echo two", cwd: repo, canAllowSession: true });
  await reply(watched, question, once);
  const finished = await watched.finished;
  expect(outputs(finished)).toEqual(["one\ntwo"]);
  expect(finished.events).toContainEqual({ type: "resolved", engine: "opencode", questionId: question.id });
  expect(finished.completed).toMatchObject({ ok: true });
  expect(await watched.run.controls.answer(question.id, once)).toBe(false);
});

test("a command that the person's own config allows is not asked about", async () => {
  const finished = await ask("[[shell echo allowed]]");
  expect(questionsOf(finished)).toEqual([]);
  expect(outputs(finished)).toEqual(["allowed"]);
});

test("a file change is asked for with its diff", async () => {
  const watched = begin(`[[tool write {"filePath":"${repo}/made.txt","content":"made"}]]`);
  const question = await nextQuestion(watched);
  expect(question).toMatchObject({ kind: "file_change", body: expect.stringContaining("+made") });
  await reply(watched, question, once);
  expect((await watched.finished).completed.ok).toBe(true);
  expect(readFileSync(join(repo, "made.txt"), "utf8")).toBe("made");
});

test("after a refusal the turn goes on, and the model is told the reason", async () => {
  const before = turnsOf(model).length;
  const denied = await askAndReply("[[shell echo no]]", { type: "deny" });
  expect(endedActions(denied)).toMatchObject([{ ok: false }]);
  expect(denied.completed.ok).toBe(true);
  const advised = await askAndReply("[[shell echo no]]", { type: "deny", reason: "Use git rm instead" });
  expect(advised.completed.ok).toBe(true);
  expect(results(before)).toContain("Use git rm instead");
});

test("a question that nobody answers ends the turn", async () => {
  const { completed } = await askAndReply("[[shell echo no]]", { type: "dismiss" });
  expect(completed).toMatchObject({ ok: false, error: expect.stringContaining("bash (echo no)") });
});

test("a command that was allowed for a session is asked about again in others alone", async () => {
  const first = await askAndReply("[[shell touch a]]", { type: "allow", scope: "session" });
  const again = await ask("[[shell touch b]]", { session: sessionOf(first) });
  expect(questionsOf(again)).toEqual([]);
  expect(again.completed.ok).toBe(true);
  const more = await askAndReply("[[shell touch c; rmdir d]]", once, { session: sessionOf(first) });
  expect(questionsOf(more)).toHaveLength(1);
  const other = await askAndReply("[[shell touch e]]", once);
  expect(questionsOf(other)).toHaveLength(1);
});

test("questions are answered by options and by text", async () => {
  const before = turnsOf(model).length;
  const colours = `{"question":"Which colours?","header":"Colour","multiple":true,"options":[{"label":"Red","description":"warm"},{"label":"Blue","description":"cold"}]}`;
  const size = `{"question":"Which size?","header":"Size","options":[{"label":"S","description":"small"}]}`;
  const watched = begin(`[[tool question {"questions":[${colours},${size} ]}]]`);
  const first = await nextQuestion(watched);
  const second = await nextQuestion(watched, 1);
  expect(first).toMatchObject({ kind: "choice", isMultiple: true, isOpen: true, title: "Which colours?" });
  expect(first).toMatchObject({ options: [{ value: "Red", label: "Red", description: "warm" }, { value: "Blue" }] });
  await reply(watched, first, { type: "choose", values: ["Red", "Blue"] });
  await reply(watched, second, { type: "text", text: "Very large" });
  expect((await watched.finished).completed.ok).toBe(true);
  expect(results(before)).toMatch(/Red, Blue.*Very large/);
});

test("a sub-agent's command is asked for as well, and what it cost is counted", async () => {
  const task = String.raw`{"description":"Look around","prompt":"\u005b\u005bshell echo below\u005d\u005d","subagent_type":"general"}`;
  const watched = begin(`[[tool task ${task}]]`);
  const question = await nextQuestion(watched);
  expect(question).toMatchObject({ kind: "command", command: "echo below" });
  await reply(watched, question, once);
  const finished = await watched.finished;
  expect(endedActions(finished)).toMatchObject([{ action: { kind: "subagent", title: "Look around" } }]);
  expect(finished.completed).toMatchObject({ ok: true, answer: expect.stringContaining("Results: below") });
  expect(finished.completed.usage).toMatchObject({ inputTokens: 2400 });
});

test("a message to a running turn reaches the model before the turn ends", async () => {
  const before = turnsOf(model).length;
  const watched = begin("[[shell until [ -e go ]; do sleep 0.05; done; echo went]]", { permission: "allow" });
  await vi.waitUntil(() => watched.events.some((event) => event.type === "action"), WAIT);
  await watched.run.controls.steer("[[say Steered.]]");
  writeFileSync(join(repo, "go"), "");
  const { completed } = await watched.finished;
  rmSync(join(repo, "go"));
  expect(completed).toMatchObject({ ok: true, answer: "Working on it.\n\nSteered." });
  expect(results(before)).toContain("[[say Steered.]]");
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

test.runIf(process.platform === "linux")(
  "an interrupt in the middle of a command leaves none of its processes, and those of another turn alone",
  async () => {
    const [mine, others] = [`41${process.pid}.5`, `42${process.pid}.5`];
    const stubborn = `trap '' TERM HUP; setsid sleep ${mine} & sleep ${mine} & sleep ${mine}; wait`;
    const watched = begin(`[[shell ${stubborn}]]`, { permission: "allow" });
    const other = begin(`[[shell sleep ${others}]]`, { permission: "allow" });
    await vi.waitUntil(() => processesWith(mine).length >= 3 && processesWith(others).length >= 1, WAIT);

    await watched.run.controls.interrupt();
    const finished = await watched.finished;
    expect(processesWith(mine)).toEqual([]);
    expect(await markedProcesses(sessionOf(finished), { variable: SESSION_MARK })).toEqual([]);
    expect(finished.completed).toMatchObject({ ok: false, answer: "Working on it." });
    expect(processesWith(others)).not.toEqual([]);

    await other.run.stop("cancelled by you");
    expect((await other.finished).completed).toMatchObject({ ok: false, error: "cancelled by you" });
    expect(processesWith(others)).toEqual([]);
    const again = await ask("[[say Back.]]", { session: sessionOf(finished), permission: "allow" });
    expect(again.completed, again.completed.error).toMatchObject({ ok: true, answer: "Back." });
  },
);

test("a stop while a question waits ends the turn", async () => {
  const watched = begin("[[shell echo x]]");
  await nextQuestion(watched);
  await watched.run.stop("cancelled by you");
  expect((await watched.finished).completed).toMatchObject({ ok: false, error: "cancelled by you" });
});

test("a session goes from headless to live, from anywhere, and back", async () => {
  const first = await ask("[[say My name is Ada.]]", { interactive: false });
  const session = sessionOf(first);
  const live = await ask("[[shell echo allowed; pwd]]", { session, cwd: join(root, "other"), permission: "allow" });
  expect(live.completed).toMatchObject({ ok: true, resume: { value: session } });
  expect(outputs(live)).toEqual([`allowed\n${repo}`]);
  const before = turnsOf(model).length;
  const last = await ask("[[say Back in the dark.]]", { session, interactive: false });
  expect(last.completed).toMatchObject({ ok: true, answer: "Back in the dark.", resume: { value: session } });
  const history = JSON.stringify(turnsOf(model)[before]?.messages);
  expect(history).toContain("My name is Ada.");
  expect(history).toContain("[[shell echo allowed; pwd]]");
});

test("a question in a headless run on a session of the server is refused and does not hang", async () => {
  const session = sessionOf(await ask("[[say Live.]]"));
  const question = `{"questions":[{"question":"Which?","header":"W","options":[{"label":"A","description":"a"}] }]}`;
  const { completed } = await ask(`[[tool question ${question}]]`, { session, interactive: false });
  expect(completed.resume?.value).toBe(session);
});

test("two sessions work side by side on one server", async () => {
  const both = [begin("[[shell until [ -e b ]; do sleep 0.05; done; touch a]]", { permission: "allow" })];
  both.push(begin("[[shell touch b; until [ -e a ]; do sleep 0.05; done]]", { permission: "allow" }));
  for (const name of ["a", "b"]) rmSync(join(repo, name), { force: true });
  const finished = await Promise.all(both.map((watched) => watched.finished));
  expect(finished.map(({ completed }) => completed.ok)).toEqual([true, true]);
  expect(new Set(finished.map(sessionOf)).size).toBe(2);
});

test("a session that is not there, and a model that is not, are told", async () => {
  const gone = await ask("Go on.", { session: "ses_0000000000000000000000000000" });
  expect(gone.completed).toMatchObject({ ok: false, error: expect.stringMatching(/no session `ses_0+`/) });
  const { completed } = await ask("Hello.", { model: "scripted/none" });
  expect(completed).toMatchObject({ ok: false, error: expect.stringContaining("scripted/none") });
});

test("a model's refusal ends the run with what its server said, and the session goes on", async () => {
  const refused = await ask("[[fail 400]]");
  expect(refused.completed).toMatchObject({ ok: false, answer: "", error: "scripted failure 400" });
  const again = await ask("[[say Better.]]", { session: sessionOf(refused) });
  expect(again.completed).toMatchObject({ ok: true, answer: "Better." });
});

const contentsOf = (before: number): string => JSON.stringify(turnsOf(model)[before]?.messages);

test("a session is renamed, forked, taken back by a turn and compacted", async () => {
  const session = sessionOf(await ask("[[say One.]]"));
  await ask("[[say Two.]]", { session });
  const { operations } = opencode;
  const request = toSession(setupOf({}), session);
  await operations.rename?.(request, "A better name");

  const forked = await operations.fork?.(request);
  expect(forked).not.toBe(session);
  let before = turnsOf(model).length;
  await ask("[[say In the fork.]]", { session: forked ?? "" });
  expect(contentsOf(before)).toMatch(/say One.*say Two/);

  const undone = await operations.undo?.(request);
  before = turnsOf(model).length;
  await ask("[[say Instead.]]", { session: undone ?? "" });
  expect(contentsOf(before)).toContain("say One");
  expect(contentsOf(before)).not.toContain("say Two");

  await operations.compact?.(request);
  before = turnsOf(model).length;
  await ask("[[say After.]]", { session });
  expect(contentsOf(before)).toContain("A few plain words");
});

test("a brief makes no call of the model, and the model reads it in the next turn", async () => {
  const session = sessionOf(await ask("[[say One.]]"));
  const before = turnsOf(model).length;
  const request = toSession(setupOf({}), session);
  await opencode.operations.brief?.(request, "The tests need Node 22.");
  expect(turnsOf(model)).toHaveLength(before);
  await ask("[[say Two.]]", { session });
  expect(contentsOf(before)).toMatch(/say One.*The tests need Node 22\..*say Two/);
  const undone = await opencode.operations.undo?.(request);
  const after = turnsOf(model).length;
  await ask("[[say Three.]]", { session: undone ?? "" });
  expect(contentsOf(after)).toMatch(/The tests need Node 22\./);
  expect(contentsOf(after)).not.toContain("say Two");
});

test("its models are listed as the options take them", async () => {
  const models = await opencode.operations.models?.(toSession(setupOf({}), ""));
  expect(models).toContain("scripted/m");
});

test("a server that is killed in the middle of a turn ends the run, and the next run starts another", async () => {
  const watched = begin("[[endless]]");
  await vi.waitUntil(() => watched.events.some((event) => event.type === "text"), WAIT);
  const server = host.servers().find(({ busy }) => busy.length > 0);
  process.kill(server?.pid ?? 0, "SIGKILL");
  const crashed = await watched.finished;
  expect(crashed.completed).toMatchObject({ ok: false, error: expect.stringContaining("SIGKILL") });
  expect(crashed.completed.answer).toMatch(/^word/);
  const again = await ask("[[say Here again.]]", { session: sessionOf(crashed) });
  expect(again.completed).toMatchObject({ ok: true, answer: "Here again." });
});

test("servers end when they are idle for too long, and at the end", async () => {
  await ask("[[say Hello.]]");
  const pids = host.servers().map(({ pid }) => pid) ?? [];
  expect(pids.length).toBeGreaterThan(0);
  await host.reap(600_000);
  expect(host.servers()).toHaveLength(pids.length);
  await host.reap(-1);
  expect(host.servers()).toEqual([]);
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
});
