import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { acpEngine } from "../../../runners/acp/index.ts";
import type { Question, Reply } from "../../../src/domain/question.ts";
import { EngineHost } from "../../../src/engine/host.ts";
import { markedProcesses } from "../../../src/engine/marked.ts";
import { type DrivenRun, openDriven, toRequest, toSession } from "../../helpers/driven.ts";
import { endedActions, finish } from "../../helpers/live-engine.ts";
import { createLog, noLog, replay } from "../../helpers/recordings.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "takopi-acp-")));
const host = new EngineHost();
const agent = acpEngine("scripted");

/** Built, since the agent's SDK takes half a second to load otherwise, for each of some forty agents. */
const program = join(root, "fixtures/children/acp-agent.mjs");
beforeAll(() => {
  const repository = fileURLToPath(new URL("../../../", import.meta.url));
  const build = [join(repository, ".build.mjs"), "--module", "fixtures/children/acp-agent.mjs", root];
  execFileSync(process.execPath, build);
  chmodSync(program, 0o755);
});
afterAll(async () => {
  await host.close();
  rmSync(root, { recursive: true, force: true });
});

const exists = (name: string) => vi.waitUntil(() => existsSync(join(root, name)), { timeout: 30_000 });

interface Asked {
  readonly session?: string | undefined;
  /** What the agent cannot do. */
  readonly lacks?: string;
  readonly options?: object;
  readonly cwd?: string;
  readonly host?: EngineHost;
}

const setup = ({ lacks = "", options, cwd = root, host: own = host }: Asked = {}) => ({
  ...{ cwd, log: noLog, host: own },
  env: { PATH: process.env["PATH"], HOME: root, SECRET: "x", TAKOPI_SECRET: "y" },
  options: {
    ...{ cmd: program, untrusted_env: {} },
    ...{ env: { ACP_AGENT: lacks, ACP_SESSIONS: join(root, "sessions") }, ...options },
  },
});

const open = (prompt: string, asked: Asked = {}): DrivenRun =>
  openDriven(agent, { ...setup(asked), prompt, session: asked.session });

async function answering(run: DrivenRun, reply: (question: Question) => Reply) {
  const questions: Question[] = [];
  const read = async () => {
    for await (const event of run) {
      if (event.type !== "question") continue;
      questions.push(event.question);
      await run.controls.answer(event.question.id, reply(event.question));
    }
  };
  await read();
  return { ...(await finish(run)), questions };
}

test("a task is answered with what it used, and its session resumed while warm", async () => {
  const first = await finish(open("say Hello."));
  expect(first.completed).toMatchObject({
    ...{ ok: true, answer: "Hello." },
    usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 2, costUsd: 0.5, contextFill: 0.1 },
  });
  const session = first.completed.resume?.value;
  const second = await finish(open("say Again.", { session }));
  expect(second.completed).toMatchObject({ ok: true, answer: "Again.", resume: { value: session } });
  expect(second.completed.usage?.costUsd).toBe(0);
});

test.each([
  ["resumed", ""],
  ["loaded, without its history,", "resume"],
])("a session of an agent that has ended is %s by another", async (_, lacks) => {
  const before = new EngineHost();
  const { completed } = await finish(open("say One.", { lacks, host: before }));
  await before.close();
  const again = await finish(open("say Two.", { lacks, session: completed.resume?.value }));
  expect(again.completed).toMatchObject({ ok: true, answer: "Two." });
});

test.each([
  ["of another directory", {}, "This session works in"],
  ["that is not there", { session: "s-0" }, "session not found"],
  ["of an agent that cannot resume", { lacks: "resume load list" }, "cannot resume a session"],
])("a session %s is refused in one sentence", async (_, asked, error) => {
  const elsewhere = new EngineHost();
  const cwd = realpathSync(mkdtempSync(join(root, "other-")));
  const first = await finish(open("say One.", { host: elsewhere, cwd }));
  await elsewhere.close();
  const { completed } = await finish(open("say Two.", { session: first.completed.resume?.value, ...asked }));
  expect(completed).toMatchObject({ ok: false, error: expect.stringContaining(error) });
});

test("a failed command is a failed step, whatever the agent calls it", async () => {
  const finished = await finish(open("tool"));
  expect(endedActions(finished)).toMatchObject([
    { ok: false, action: { kind: "command", title: "exit 3", detail: { exitCode: 3, error: "boom" } } },
  ]);
});

test.each<[string, string, Reply, string]>([
  ["once", "", { type: "allow", scope: "once" }, "answered allow_once:0"],
  ["for the session", "", { type: "allow", scope: "session" }, "answered allow_always:1"],
  [
    "for the session, which it cannot",
    " | allow_once reject_once",
    { type: "allow", scope: "session" },
    "allow_once:0",
  ],
  ["not", "", { type: "deny" }, "answered reject_once:2"],
  ["for ever not", " | allow_once reject_always", { type: "deny" }, "answered reject_always:1"],
  ["by nobody", "", { type: "dismiss" }, "answered cancelled"],
])("an ask is answered: %s", async (_, kinds, reply, answer) => {
  const { completed, questions } = await answering(open(`ask touch x${kinds}`), () => reply);
  expect(questions).toMatchObject([{ kind: "command", command: "touch x", canAllowSession: kinds === "" }]);
  expect(completed.answer).toContain(answer);
});

test("an ask with other options than yes, always and no is a choice", async () => {
  const prompt = "ask leave plan mode | allow_always allow_once allow_once reject_once";
  const { completed, questions } = await answering(open(prompt), (question) => ({
    type: "choose",
    values: [question.kind === "choice" ? (question.options[2]?.value ?? "") : ""],
  }));
  expect(questions).toMatchObject([{ kind: "choice", options: { length: 4 } }]);
  expect(completed.answer).toBe("answered allow_once:2");
});

test("the reason of a denial reaches the agent, which has no place for it", async () => {
  const { completed } = await answering(open("ask rm x"), () => ({ type: "deny", reason: "use git" }));
  expect(completed.answer).toContain("heard The user denied that step: use git");
});

test("a form is filled in question by question", async () => {
  const { completed, questions } = await answering(open("form"), (question) =>
    question.kind === "choice"
      ? { type: "choose", values: [question.options.at(-1)?.value ?? ""] }
      : { type: "text", text: "3" },
  );
  expect(questions.map(({ kind, title }) => [kind, title])).toEqual([
    ["choice", "Colour"],
    ["choice", "Sure?"],
    ["text", "How many?"],
  ]);
  expect(JSON.parse(completed.answer)).toEqual({
    action: "accept",
    content: { colour: "blue", sure: false, count: 3 },
  });
});

test("a request for files is refused at once", async () => {
  expect((await finish(open("files"))).completed.answer).toBe("refused -32601");
});

test("a message to a running turn is refused in one sentence", async () => {
  const run = open("hold steered");
  await exists("steered");
  await expect(run.controls.steer("more")).rejects.toThrow("scripted takes no messages while it works.");
  await run.stop("enough");
});

test("interrupt ends the turn and its command, and keeps the agent warm", async () => {
  const run = open("hold interrupted");
  await exists("interrupted");
  await run.controls.interrupt();
  const { completed } = await finish(run);
  expect(completed).toMatchObject({ ok: false, error: "interrupted" });
  const next = open("say Still here.", { session: completed.resume?.value });
  expect((await next.spawned).markId).toBe((await run.spawned).markId);
  expect((await finish(next)).completed.answer).toBe("Still here.");
});

test("nothing of an agent is left when it is ended", async () => {
  const own = new EngineHost();
  const run = open("hold left", { host: own });
  await exists("left");
  const { markId = "" } = await run.spawned;
  await own.close();
  expect(await markedProcesses(markId)).toEqual([]);
  expect((await finish(run)).completed).toMatchObject({
    ok: false,
    error: expect.stringContaining("ended in mid-turn"),
  });
});

test("a turn that is silent behind a sub-agent is ended", async () => {
  const { completed } = await finish(open("quiet", { options: { silence_minutes: 0.001 } }));
  expect(completed).toMatchObject({ ok: false, error: expect.stringContaining("no sign of life for 0.001 min") });
});

test("an image reaches an agent that takes images, and no other", async () => {
  const path = join(root, "dot.png");
  writeFileSync(path, "pixels");
  const see = async (lacks: string) => {
    const request = toRequest({ ...setup({ lacks }), prompt: "image" });
    const spec = { ...request.spec, attachments: [{ path, mime: "image/png", size: 67 }] };
    const events = [];
    for await (const event of agent.open({ ...request, spec }).events) events.push(event);
    const last = events.at(-1);
    return last?.type === "completed" ? last.answer : "";
  };
  expect(JSON.parse(await see(""))).toMatchObject([{ mimeType: "image/png", data: btoa("pixels") }]);
  expect(await see("image")).toBe("[]");
});

test.each([
  ["refuse", {}, "scripted refused the task."],
  ["fail", {}, "Internal error: scripted failure 400"],
  ["crash", {}, "scripted ended in mid-turn (exit code 9).\nout of memory"],
  ["say x", { lacks: "start" }, "scripted ended before it was ready (exit code 3).\nthe agent's config is broken"],
  ["say x", { lacks: "v1" }, "scripted speaks version 2 of ACP"],
  ["say x", { lacks: "login" }, "scripted is not logged in: run it in a terminal"],
  ["say x", { options: { model: "huge" } }, 'scripted has no model "huge"; there are small, large.'],
  ["say x", { options: { mode: "plan" } }, "scripted lets nobody choose its mode"],
  ["say x", { options: { untrusted_env: undefined } }, "how scripted leaves out what a repository brings"],
  ["say x", { options: { cmd: "/nowhere/agent" } }, "/nowhere/agent does not exist"],
])("%s %o fails with its reason", async (prompt, asked, error) => {
  const own = new EngineHost();
  const { completed } = await finish(open(prompt, { ...asked, host: own }));
  expect(completed).toMatchObject({ ok: false, error: expect.stringContaining(error) });
  await own.close();
});

test("an answer that was cut off at a limit says so", async () => {
  const finished = await finish(open("cut"));
  expect(finished.completed).toMatchObject({ ok: true, answer: "half" });
  expect(endedActions(finished)).toMatchObject([{ level: "warning", action: { kind: "warning" } }]);
});

test("the agent sees what the config lets through, and nothing else", async () => {
  const see = async (name: string) => (await finish(open(`env ${name}`))).completed.answer;
  expect(await see("HOME")).toBe(root);
  expect(await see("SECRET")).toBe("undefined");
  expect(await see("TAKOPI_SECRET")).toBe("undefined");
});

test("a session is forked, and models are listed", async () => {
  const { completed } = await finish(open("say One."));
  const request = toSession(setup(), completed.resume?.value ?? "");
  const forked = await agent.operations.fork?.(request);
  expect(forked).toBe(`${completed.resume?.value}-fork`);
  expect(await agent.operations.models?.(request)).toEqual(["small", "large"]);
  const other = toSession(setup({ lacks: "fork" }), completed.resume?.value ?? "");
  await expect(agent.operations.fork?.(other)).rejects.toThrow("scripted cannot fork a session.");
});

test.each([
  ["to fork", "fork", "scripted cannot fork a session."],
  ["to fork, whatever it offers", "session/fork", "The installed version of scripted cannot do this ("],
  ["to list its models", "config", "scripted does not say which models it has."],
  ["to choose a model", "session/set_config_option", "The installed version of scripted cannot do this ("],
  ["to resume", "session/resume session/load", "scripted cannot resume a session once its process has ended"],
  ["nothing for want of a list of its sessions", "session/list", ""],
  ["nothing as long as it can load a session", "session/resume", ""],
])("an agent loses the ability %s, and no other", async (lost, lacks, sentence) => {
  const before = new EngineHost();
  onTestFinished(() => before.close());
  const { completed } = await finish(open("say One.", { lacks, host: before }));
  expect(completed).toMatchObject({ ok: true, answer: "One." });
  const session = completed.resume?.value ?? "";
  const request = toSession(setup({ lacks, host: before }), session);
  const afterwards = toSession(setup({ lacks }), "");
  const abilities: Readonly<Record<string, () => Promise<unknown> | undefined>> = {
    "to fork": () => agent.operations.fork?.(request),
    "to list its models": () => agent.operations.models?.(afterwards),
    "to choose a model": () => requireAnswer(open("say Two.", { lacks, options: { model: "large" } })),
    "to resume": () => requireAnswer(open("say Two.", { lacks, session })),
  };
  for (const [name, use] of Object.entries(abilities)) {
    // Without its options there is no model to choose.
    const isLost = lost.startsWith(name) || (lacks === "config" && name === "to choose a model");
    const used = Promise.resolve(use()).then(
      () => "",
      (error: Error) => error.message,
    );
    expect(await used, name).toMatch(isLost ? /^.+\.$/ : /^$/);
    if (lost.startsWith(name)) expect(await used).toContain(sentence);
  }
});

async function requireAnswer(run: DrivenRun): Promise<void> {
  const { ok, error = "", answer } = (await finish(run)).completed;
  if (!ok) throw new Error(error);
  expect(answer).toBe("Two.");
}

test("an agent that knows no cancel is ended with its turn, and its session resumed by another", async () => {
  const lacks = "session/cancel";
  const run = open("hold uncancelled", { lacks });
  await exists("uncancelled");
  await run.controls.interrupt();
  const { completed } = await finish(run);
  expect(completed).toMatchObject({ ok: false, error: "interrupted" });
  const next = await finish(open("say Still here.", { lacks, session: completed.resume?.value }));
  expect(next.completed).toMatchObject({ ok: true, answer: "Still here." });
});

test("a kind of update that takopi does not know is told once, and costs nothing else", async () => {
  const log = createLog("warn");
  const { completed } = await finish(openDriven(agent, { ...setup(), log, prompt: "novel" }));
  expect(completed).toMatchObject({ ok: true, answer: "Hello." });
  expect(log.entries).toEqual([{ event: "engine.line_skipped", fields: { kind: "unknown_type", type: "hologram" } }]);
});

test("a run is written down in both directions, and replayed as it was told", async () => {
  const record = join(root, "recordings");
  const { events } = await finish(open("tool", { options: { record } }));
  const [file = ""] = readdirSync(record);
  const text = readFileSync(join(record, file), "utf8");
  expect(text).toMatch(/"dir":"out","line":".*session\/prompt/);
  expect(text).toMatch(/"dir":"in","line":".*tool_call/);
  expect(await replay(agent, [Buffer.from(text)])).toEqual(events);
});

test("an agent is found with its version", async () => {
  expect(await agent.probe(setup())).toMatchObject({ version: "1.2.3", problems: [] });
});
