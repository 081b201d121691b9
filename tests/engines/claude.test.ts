import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { claude } from "../../runners/claude/index.ts";
import type { ClaudeOptions } from "../../runners/claude/options.ts";
import type { Completed, ShownEvent } from "../../src/domain/events.ts";
import type { Question, Reply } from "../../src/domain/question.ts";
import { markedProcesses } from "../../src/engine/marked.ts";
import { type DrivenRun, host, openDriven, toRequest, toSession } from "../helpers/driven.ts";
import { noLog } from "../helpers/recordings.ts";
import { MESSAGES_USAGE, type MessagesModel, startMessagesModel } from "./models/anthropic-messages.ts";
import { engineCommand } from "./pinned.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let root: string;
let repo: string;
let model: MessagesModel;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "takopi-claude-")));
  repo = join(root, "repo");
  mkdirSync(repo);
  model = await startMessagesModel();
});
afterAll(async () => {
  await host.close();
  await model?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true, maxRetries: 20 });
});

interface Asked extends ClaudeOptions {
  readonly session?: string | undefined;
}

const setup = ({ session: _, ...options }: Asked = {}) => ({
  cwd: repo,
  log: noLog,
  env: { PATH: process.env["PATH"], HOME: root, ANTHROPIC_API_KEY: "scripted", ANTHROPIC_BASE_URL: model.url },
  options: {
    cmd: engineCommand("claude"),
    use_api_billing: true,
    env: { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1", CLAUDE_CODE_MAX_RETRIES: "1" },
    ...options,
  },
});

const open = (prompt: string, asked: Asked = {}): DrivenRun =>
  openDriven(claude, { ...setup(asked), prompt, session: asked.session });

interface Finished {
  readonly events: readonly ShownEvent[];
  readonly completed: Completed;
  readonly session: string;
}

async function finish(run: DrivenRun, reply?: (question: Question) => Reply): Promise<Finished> {
  const events: ShownEvent[] = [];
  for await (const event of run) {
    events.push(event);
    if (event.type === "question" && reply) await run.controls.answer(event.question.id, reply(event.question));
  }
  const completed = events.at(-1);
  if (completed?.type !== "completed") throw new Error("no outcome");
  return { events, completed, session: completed.resume?.value ?? "" };
}

const allow: Reply = { type: "allow", scope: "once" };
const questionsOf = ({ events }: Finished) =>
  events.flatMap((event) => (event.type === "question" ? [event.question] : []));
const closed = ({ events }: Finished) =>
  events.flatMap((event) => (event.type === "action" && event.phase === "completed" ? [event] : []));
const lastRequest = () => JSON.stringify(model.requests.at(-1));
/** A command that says when it runs, and does not end by itself; claude refuses a lone `sleep`. */
const held = (name: string, first = "true") => `${first} & touch ${name}; until [ -e never ]; do sleep 0.05; done`;
const isRunning = (name: string) => vi.waitUntil(() => existsSync(join(repo, name)), { timeout: 60_000 });
/** "" if the process is gone. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

const ways: readonly (readonly [string, Asked])[] = [
  ["headless", {}],
  ["live", { interactive: true, allowed_tools: ["Bash", "Write"] }],
];

test.each(ways)("%s: a task with a command is answered, counted and resumed", async (_, options) => {
  const first = await finish(open("[[shell echo hello]]", options));
  expect(first.events[0]).toMatchObject({ type: "started", resume: { value: first.session } });
  expect(closed(first)).toMatchObject([{ ok: true, action: { kind: "command", title: "echo hello" } }]);
  expect(first.completed).toMatchObject({ ok: true, answer: "Results: hello" });
  const two = { inputTokens: 2 * MESSAGES_USAGE.input, outputTokens: 2 * MESSAGES_USAGE.output };
  expect(first.completed.usage).toMatchObject(two);
  const second = await finish(open("[[say Second]]", { ...options, session: first.session }));
  expect(second.session).toBe(first.session);
  expect(second.completed.answer).toBe("Second");
  expect(second.completed.usage?.inputTokens).toBe(MESSAGES_USAGE.input);
  expect(lastRequest()).toContain("Results: hello");
});

test("a session goes from live to headless and back", async () => {
  const first = await finish(open("[[say One]]", { interactive: true }));
  const second = await finish(open("[[say Two]]", { session: first.session }));
  const third = await finish(open("[[say Three]]", { interactive: true, session: second.session }));
  expect([first, second, third].map(({ session }) => session)).toEqual(Array(3).fill(first.session));
  for (const text of ["One", "Two"]) expect(lastRequest()).toContain(`"${text}"`);
});

test.each(ways)("%s: a failed command is a failed step, and the model's error is told", async (_, options) => {
  const failed = await finish(open("[[shell exit 3]]", options));
  expect(closed(failed)).toMatchObject([{ ok: false }]);
  const refused = await finish(open("[[fail 400]]", options));
  expect(refused.completed).toMatchObject({ ok: false, error: expect.stringContaining("scripted failure 400") });
});

test.each(ways)("%s: a stop in mid-command leaves no process", async (way, options) => {
  const run = open(`[[shell ${held(`stopped-${way}`, "setsid sleep 987.5")}]]`, options);
  const finished = finish(run);
  await isRunning(`stopped-${way}`);
  const { markId } = await run.spawned;
  await run.stop("cancelled by you");
  expect((await finished).completed).toMatchObject({ ok: false, error: "cancelled by you" });
  const left = await markedProcesses(markId ?? "");
  expect(left.map(commandLine).join("\n")).not.toContain("sleep");
});

test("a session that is not there is refused by name", async () => {
  const id = "00000000-0000-4000-8000-000000000000";
  for (const interactive of [false, true]) {
    const { completed } = await finish(open("hi", { interactive, session: id }));
    expect(completed).toMatchObject({ ok: false, error: expect.stringContaining(`claude has no session ${id}`) });
  }
});

const live = { interactive: true } as const;

test("an approval runs the command, a denial tells the model why", async () => {
  const allowed = await finish(open("[[shell touch made.txt]]", live), () => allow);
  expect(questionsOf(allowed)).toMatchObject([{ kind: "command", command: "touch made.txt", cwd: repo }]);
  expect(readFileSync(join(repo, "made.txt"), "utf8")).toBe("");
  const denied = await finish(open("[[shell touch never.txt]]", live), () => ({
    type: "deny",
    reason: "use the tests",
  }));
  expect(denied.completed.answer).toContain("use the tests");
  expect(closed(denied)).toMatchObject([{ ok: false }]);
});

test("allowed for the session, the same kind of command is not asked for again, and nothing is written", async () => {
  const always: Reply = { type: "allow", scope: "session" };
  const first = await finish(open("[[shell mkdir one]]", live), () => always);
  expect(questionsOf(first)).toMatchObject([{ canAllowSession: true }]);
  const again = await finish(open("[[shell mkdir one]]", { ...live, session: first.session }), () => allow);
  expect(questionsOf(again)).toEqual([]);
  expect(() => readFileSync(join(repo, ".claude/settings.local.json"))).toThrow("ENOENT");
});

test("a change of a file is shown before it is made", async () => {
  const args = JSON.stringify({ file_path: join(repo, "new.txt"), content: "one\ntwo\n" });
  const written = await finish(open(`[[tool Write ${args}]]`, live), () => allow);
  expect(questionsOf(written)).toMatchObject([
    { kind: "file_change", paths: [join(repo, "new.txt")], body: "+one\n+two" },
  ]);
  expect(readFileSync(join(repo, "new.txt"), "utf8")).toBe("one\ntwo\n");
});

const QUESTION = {
  ...{ question: "Which colour?", header: "Colour", multiSelect: false },
  options: ["Red", "Blue"].map((label) => ({ label, description: label })),
};

test("a question of the model's is answered by choice, by text, or not at all", async () => {
  const prompt = `[[tool AskUserQuestion ${JSON.stringify({ questions: [QUESTION] })}]]`;
  const chosen = await finish(open(prompt, live), () => ({ type: "choose", values: ["Blue"] }));
  expect(questionsOf(chosen)).toMatchObject([{ kind: "choice", title: "Colour", isOpen: true }]);
  expect(chosen.completed.answer).toContain("Blue");
  const typed = await finish(open(prompt, live), () => ({ type: "text", text: "Rather green" }));
  expect(typed.completed.answer).toContain("Rather green");
  const dismissed = await finish(open(prompt, live), () => ({ type: "dismiss" }));
  expect(dismissed.completed.answer).toContain("did not answer");
});

test("a message to a command that runs ends it and is answered", async () => {
  const run = open(`[[shell ${held("steered")}]]`, { ...live, allowed_tools: ["Bash"] });
  const finished = finish(run);
  await isRunning("steered");
  await run.controls.steer("[[say Steered]]");
  expect((await finished).completed).toMatchObject({ ok: true, answer: "Steered" });
});

test("interrupt ends the turn and keeps the session warm", async () => {
  const run = open(`[[shell ${held("interrupted")}]]`, { ...live, allowed_tools: ["Bash"] });
  const finished = finish(run);
  await isRunning("interrupted");
  await run.controls.interrupt();
  const { completed, session } = await finished;
  expect(completed.ok).toBe(false);
  const next = open("[[say Still here]]", { ...live, allowed_tools: ["Bash"], session });
  const { markId } = await next.spawned;
  expect(markId).toBe((await run.spawned).markId);
  expect((await finish(next)).completed.answer).toBe("Still here");
});

test("the run goes on while work goes on in the background, and a sub-agent asks through it", async () => {
  const input = { description: "look", prompt: "«shell touch sub.txt»", subagent_type: "general-purpose" };
  const finished = await finish(open(`[[tool Task ${JSON.stringify(input)}]]`, live), () => allow);
  expect(questionsOf(finished)).toMatchObject([{ kind: "command", command: "touch sub.txt" }]);
  expect(closed(finished).map(({ action }) => action.kind)).toContain("subagent");
  expect(finished.completed.ok).toBe(true);
});

test("an image reaches the model as it is", async () => {
  const bytes = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  );
  writeFileSync(join(root, "dot.png"), bytes);
  const request = toRequest({ ...setup(live), prompt: "[[say Seen]]" });
  const attachments = [{ path: join(root, "dot.png"), mime: "image/png", size: bytes.length }];
  for await (const _ of claude.open({ ...request, spec: { ...request.spec, attachments } }).events);
  expect(JSON.stringify(model.requests)).toContain(bytes.toString("base64"));
});

test("a session between runs is compacted and renamed, and models are listed", async () => {
  const { session } = await finish(open("[[say A long talk]]", live));
  const request = toSession(setup(live), session);
  await claude.operations.compact?.(request);
  await claude.operations.rename?.(request, "my talk");
  const after = await finish(open("[[say After]]", { ...live, session }));
  expect(after.completed).toMatchObject({ ok: true, answer: "After" });
  expect(await claude.operations.models?.(request)).toContain("opus");
});

test.each(ways)("%s: a session is forked, and a turn is taken back in a copy", async (_, options) => {
  const { session } = await finish(open("[[say Alpha]]", options));
  await finish(open("[[shell echo beta]]", { ...options, session }));
  const request = toSession(setup({ ...options, interactive: true }), session);
  const forked = await claude.operations.fork?.(request);
  const undone = await claude.operations.undo?.(request);
  await finish(open("[[say Gamma]]", { ...options, session }));
  const inFork = await finish(open("[[say Delta]]", { ...options, session: forked }));
  expect(inFork.completed).toMatchObject({ ok: true, answer: "Delta", resume: { value: forked } });
  expect(lastRequest()).toContain("Results: beta");
  expect(lastRequest()).not.toContain("Gamma");
  const afterUndo = await finish(open("[[say Epsilon]]", { ...options, session: undone }));
  expect(afterUndo.completed).toMatchObject({ ok: true, answer: "Epsilon", resume: { value: undone } });
  expect(lastRequest()).toContain("Alpha");
  expect(lastRequest()).not.toContain("beta");
  const only = toSession(setup({ ...options, interactive: true }), undone ?? "");
  const first = await claude.operations.undo?.(only);
  await expect(claude.operations.undo?.({ ...only, session: first ?? "" })).rejects.toThrow("only turn");
});

test("plan mode ends only when somebody says so", async () => {
  const plan = open(`[[tool ExitPlanMode {"plan":"1. Look"}]]`, { ...live, permission_mode: "plan" });
  const finished = await finish(plan, () => ({ type: "text", text: "Say more" }));
  expect(questionsOf(finished)).toMatchObject([{ kind: "choice", title: "Carry out this plan?" }]);
  expect(finished.completed.answer).toContain("Say more");
});
