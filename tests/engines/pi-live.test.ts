import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { pi } from "../../runners/pi/index.ts";
import type { PiOptions } from "../../runners/pi/options.ts";
import type { LiveServer, SessionRequest } from "../../src/engine/contract.ts";
import { sendSignal } from "../../src/engine/marked.ts";
import { host, openDriven, toSession } from "../helpers/driven.ts";
import { type Followed, follow } from "../helpers/follow.ts";
import { endedActions, type Finished, RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { noLog } from "../helpers/recordings.ts";
import { makePiHome, type PiHome } from "./pi-home.ts";

vi.setConfig({ testTimeout: RUN_TIMEOUT_MS, hookTimeout: RUN_TIMEOUT_MS });

let home: PiHome;
let runs = 0;

beforeAll(async () => {
  home = await makePiHome();
});
afterEach(() => host.close());
afterAll(() => home?.[Symbol.asyncDispose]());

interface Request extends PiOptions {
  readonly session?: string | undefined;
}

function start(prompt: string, { session, ...options }: Request = {}): Followed {
  runs += 1;
  const request = { runId: `pi-live-${process.pid}-${runs}`, prompt, cwd: home.repo, env: home.env, log: noLog };
  return follow(
    openDriven(pi, {
      ...request,
      options: { ...home.options, interactive: true, ...options },
      session,
    }),
  );
}

const ask = (prompt: string, request: Request = {}): Promise<Finished> => start(prompt, request).finished;

const sessionOf = ({ completed }: Finished): string => completed.resume?.value ?? "";

const on = (session: string): SessionRequest =>
  toSession({ cwd: home.repo, env: home.env, options: { ...home.options, interactive: true }, log: noLog }, session);

const newestMessages = (): string => JSON.stringify(home.model.requests.at(-1)?.messages);

test("a new task is answered, counted and priced, and its text is told while it is written", async () => {
  const { events, completed } = await ask("[[say Hello there, my friend.]]");
  const resume = { engine: "pi", value: expect.stringMatching(/^[0-9a-f-]{36}$/) };
  const meta = { cwd: home.repo, provider: "scripted", model: "m" };
  expect(events[0]).toEqual({ type: "started", engine: "pi", resume, title: "m", meta });
  const usage = { inputTokens: 600, outputTokens: 20, cacheReadTokens: 400, cacheWriteTokens: 0 };
  expect(completed).toMatchObject({ ok: true, answer: "Hello there, my friend.", resume, usage });
  expect(completed.usage?.contextFill).toBeGreaterThan(0);
  const texts = events.flatMap((event) => (event.type === "text" ? [event.text] : []));
  expect(texts.length).toBeGreaterThan(0);
  for (const text of texts) expect("Hello there, my friend.").toContain(text);
});

test("the process stays warm for the next run of its session, and ends when it is idle", async () => {
  const session = sessionOf(await ask("[[say My name is Ada.]]"));
  const [first] = host.servers();
  expect(first).toMatchObject({ busy: [], idleSince: expect.any(Number) });
  await ask("[[say Hello again.]]", { session });
  expect(newestMessages()).toContain("My name is Ada.");
  expect(host.servers().map(({ pid }) => pid)).toEqual([first?.pid]);
  await host.reap(600_000);
  expect(host.servers()).toHaveLength(1);
  const isReaped = async () => {
    await host.reap(1);
    return host.servers().length === 0;
  };
  await vi.waitUntil(isReaped, { timeout: RUN_TIMEOUT_MS });
  expect(sendSignal(first?.pid ?? 0, "SIGCONT")).toBe(false);
});

test("options that changed start another process on the same session", async () => {
  const session = sessionOf(await ask("[[say One.]]"));
  const [first] = host.servers();
  const second = await ask("[[say Two.]]", { session, thinking: "off" });
  expect(second.completed).toMatchObject({ ok: true, answer: "Two.", resume: { value: session } });
  const [other, ...more] = host.servers();
  expect(more).toEqual([]);
  expect(other?.pid).not.toBe(first?.pid);
});

const gated = { approvals: "ask" } as const;

test("an approved command runs, and the card says what it is and where", async () => {
  const task = start("[[shell echo approved > approved.txt; cat approved.txt]]", gated);
  const question = await task.question();
  expect(question).toMatchObject({
    kind: "command",
    command: "echo approved > approved.txt; cat approved.txt",
    body: "echo approved > approved.txt; cat approved.txt",
    cwd: home.repo,
    canAllowSession: true,
  });
  expect(readdirSync(home.repo)).not.toContain("approved.txt");
  expect(await task.run.controls.answer(question.id, { type: "allow", scope: "once" })).toBe(true);
  expect(await task.run.controls.answer(question.id, { type: "allow", scope: "once" })).toBe(false);
  const { events, completed } = await task.finished;
  expect(completed).toMatchObject({ ok: true, answer: "Results: approved" });
  expect(events).toContainEqual({ type: "resolved", engine: "pi", questionId: question.id });
});

test("a denied command does not run, and the model hears the reason", async () => {
  for (const reason of [undefined, "use the test database"]) {
    const task = start("[[shell echo denied > denied.txt]]", gated);
    const { id } = await task.question();
    await task.run.controls.answer(id, { type: "deny", ...(reason && { reason }) });
    const finished = await task.finished;
    const said = reason ? `The user denied this: ${reason}` : "The user denied this.";
    expect(finished.completed).toMatchObject({ ok: true, answer: `Results: ${said}` });
    expect(endedActions(finished)).toMatchObject([{ ok: false, action: { kind: "command" } }]);
  }
  expect(readdirSync(home.repo)).not.toContain("denied.txt");
});

test("a command that was allowed for the session is not asked about again, and nothing else is allowed", async () => {
  const first = start("[[shell echo again]]", gated);
  const { id } = await first.question();
  await first.run.controls.answer(id, { type: "allow", scope: "session" });
  const session = sessionOf(await first.finished);
  const second = await ask("[[shell echo again]]", { ...gated, session });
  expect(second.completed).toMatchObject({ ok: true, answer: "Results: again" });
  const third = start("[[shell echo again; echo more]]", { ...gated, session });
  const question = await third.question();
  await third.run.controls.answer(question.id, { type: "dismiss" });
  expect((await third.finished).completed.answer).toBe("Results: Nobody approved this.");
});

test("changes of files are asked with their paths and their whole text", async () => {
  const write = start('[[tool write {"path":"notes.txt","content":"alpha\\nbeta\\n"}]]', gated);
  const first = await write.question();
  const paths = [join(home.repo, "notes.txt")];
  expect(first).toMatchObject({ kind: "file_change", title: "write notes.txt", paths, cwd: home.repo });
  expect(first).toHaveProperty("body", "+alpha\n+beta");
  await write.run.controls.answer(first.id, { type: "allow", scope: "once" });
  await write.finished;
  const edit = start('[[tool edit {"path":"notes.txt","edits":[{"oldText":"beta","newText":"gamma"}]}]]', gated);
  const second = await edit.question();
  expect(second).toMatchObject({ kind: "file_change", title: "edit notes.txt", paths, body: "-beta\n+gamma" });
  await edit.run.controls.answer(second.id, { type: "allow", scope: "once" });
  await edit.finished;
  expect(readFileSync(join(home.repo, "notes.txt"), "utf8")).toBe("alpha\ngamma\n");
});

test("an extension's dialogs are answered by option and by text", async () => {
  const extension = fileURLToPath(new URL("../../fixtures/pi/live/asks.mjs", import.meta.url));
  const task = start('[[tool read {"path":"README.md"}]]', { extra_args: ["--extension", extension] });
  const reply = async (reply: Parameters<NonNullable<typeof task.run.controls.answer>>[1]) => {
    const question = await task.question();
    await task.run.controls.answer(question.id, reply);
    return question;
  };
  const colours = [
    { value: "red", label: "red" },
    { value: "green", label: "green" },
  ];
  expect(await reply({ type: "choose", values: ["green"] })).toMatchObject({ kind: "choice", options: colours });
  expect(await reply({ type: "choose", values: ["yes"] })).toMatchObject({
    kind: "choice",
    body: "It cannot be undone.",
  });
  expect(await reply({ type: "text", text: "Ada" })).toMatchObject({ kind: "text", title: "What name?" });
  expect(await reply({ type: "dismiss" })).toMatchObject({ kind: "text", draft: "draft" });
  const { completed } = await task.finished;
  expect(completed.answer).toBe('Results: ["green",true,"Ada",null]');
});

test("a dialog while pi starts, when it takes no answer, is named as what ended it", async () => {
  const extension = join(home.root, "asks-early.mjs");
  const onStart = 'async (event, context) => void (await context.ui.confirm("Load the memory?", "It is large."))';
  writeFileSync(extension, `export default (pi) => pi.on("session_start", ${onStart});`);
  const { completed } = await ask("[[say Hello.]]", { extra_args: ["--extension", extension] });
  expect(completed).toMatchObject({
    ok: false,
    error: expect.stringMatching(/asked "Load the memory\?" while pi started/),
  });
});

test("a message to a running turn reaches the model in that turn", async () => {
  const task = start("[[shell until [ -e steered ]; do sleep 0.05; done; echo waited]]");
  await task.event((event) => event.type === "action");
  await task.run.controls.steer("Rather: [[say As you say.]]");
  writeFileSync(join(home.repo, "steered"), "");
  const { completed } = await task.finished;
  expect(completed).toMatchObject({ ok: true, answer: "As you say." });
  expect(newestMessages()).toContain("waited");
  await expect(task.run.controls.steer("Too late.")).rejects.toThrow("The turn was over.");
});

test("an interrupt in mid-command leaves no process of it, and the session goes on", async () => {
  const nap = `300.${process.pid}`;
  const task = start(`[[shell echo started; setsid sleep ${nap} & (sleep ${nap} & wait); sleep ${nap}]]`);
  await vi.waitUntil(() => processesOf(`sleep ${nap}`).length >= 2, { timeout: RUN_TIMEOUT_MS, interval: 50 });
  await task.run.controls.interrupt();
  expect(processesOf(`sleep ${nap}`)).toEqual([]);
  const finished = await task.finished;
  expect(finished.completed).toMatchObject({ ok: false, error: "interrupted" });
  const again = await ask("[[say Back again.]]", { session: sessionOf(finished) });
  expect(again.completed).toMatchObject({ ok: true, answer: "Back again." });
});

test("a stop while a question is open does not wait for its answer", async () => {
  const task = start("[[shell echo never > never.txt]]", gated);
  const question = await task.question();
  await task.run.stop("Stopped by you.");
  expect((await task.finished).completed).toMatchObject({ ok: false, error: "Stopped by you." });
  expect(task.events).toContainEqual({ type: "resolved", engine: "pi", questionId: question.id });
  expect(readdirSync(home.repo)).not.toContain("never.txt");
});

test("one session goes on headless, live, headless and live again", async () => {
  const session = sessionOf(await ask("[[say First, headless.]]", { interactive: false }));
  for (const [words, interactive] of [
    ["Second, live.", true],
    ["Third, headless.", false],
    ["Fourth, live.", true],
  ] as const) {
    const { completed } = await ask(`[[say ${words}]]`, { session, interactive });
    expect(completed).toMatchObject({ ok: true, answer: words, resume: { engine: "pi", value: session } });
  }
  const messages = newestMessages();
  for (const words of ["First, headless.", "Second, live.", "Third, headless."]) expect(messages).toContain(words);
});

test("the pi of an idle session is ended, and its next message starts another", async () => {
  const session = sessionOf(await ask("[[say One.]]"));
  expect(await host.endIdle("pi", "another")).toBe(false);
  expect(await host.endIdle("pi", session)).toBe(true);
  expect(host.servers()).toEqual([]);
  const { completed } = await ask("[[say Two.]]", { session });
  expect(completed).toMatchObject({ ok: true, answer: "Two.", resume: { value: session } });
});

test("two sessions work at once, each in a pi of its own", async () => {
  const wait = (mine: string, other: string) =>
    start(`[[shell touch ${mine}; until [ -e ${other} ]; do sleep 0.05; done; echo ${mine}]]`);
  const [one, two] = [wait("one", "two"), wait("two", "one")];
  expect((await one.finished).completed.answer).toBe("Results: one");
  expect((await two.finished).completed.answer).toBe("Results: two");
  expect(host.servers()).toHaveLength(2);
});

test("a pi that is killed in mid-turn fails the run, and the next run starts another", async () => {
  const session = sessionOf(await ask("[[say Before.]]"));
  const task = start("[[endless]]", { session });
  await task.event((event) => event.type === "text");
  const [server] = host.servers();
  expect(server).toMatchObject({ busy: [session] } satisfies Partial<LiveServer>);
  sendSignal(server?.pid ?? 0, "SIGKILL");
  const { completed } = await task.finished;
  expect(completed).toMatchObject({ ok: false, resume: { engine: "pi", value: session } });
  expect(completed.error).toContain("SIGKILL");
  expect(completed.answer).toContain("word");
  const again = await ask("[[say After.]]", { session });
  expect(again.completed).toMatchObject({ ok: true, answer: "After.", resume: { value: session } });
});

test("a fork begins with all turns of its session, and leaves that as it was", async () => {
  const session = sessionOf(await ask("[[say Common ground.]]"));
  const fork = await pi.operations.fork?.(on(session));
  expect(fork).not.toBe(session);
  await ask("[[say In the fork.]]", { session: fork });
  expect(newestMessages()).toContain("Common ground.");
  await ask("[[say In the old one.]]", { session });
  expect(newestMessages()).toContain("Common ground.");
  expect(newestMessages()).not.toContain("In the fork.");
});

test("undo continues without the last turn, and says so if there is only one", async () => {
  const session = sessionOf(await ask("[[say One.]]"));
  await expect(pi.operations.undo?.(on(session))).rejects.toThrow("only turn");
  await ask("[[say Two.]]", { session });
  const shorter = await pi.operations.undo?.(on(session));
  await ask("[[say Three.]]", { session: shorter });
  expect(newestMessages()).toContain("One.");
  expect(newestMessages()).not.toContain("Two.");
});

test("a session is compacted, and named", async () => {
  writeFileSync(join(home.root, ".pi/agent/settings.json"), JSON.stringify({ compaction: { keepRecentTokens: 100 } }));
  const session = sessionOf(await ask("First. [[long 3000]]"));
  await ask("Second. [[long 3000]]", { session });
  await pi.operations.rename?.(on(session), "my name");
  await pi.operations.compact?.(on(session));
  await ask("[[say Third.]]", { session });
  expect(newestMessages()).toContain("A few plain words");
  expect(newestMessages()).not.toContain("First.");
  expect(sessionFile(session)).toContain('"name":"my name"');
});

test("its models are listed as the option takes them", async () => {
  const setup = on("");
  expect(await pi.operations.models?.(setup)).toEqual(["m"]);
  const { provider: __, ...options } = home.options;
  expect(await pi.operations.models?.({ ...setup, options })).toContain("scripted/m");
  expect(host.servers()).toEqual([]);
});

test("a session gets its title", async () => {
  const { events, completed } = await ask("[[say x]]", { session_title: "a title" });
  expect(events[0]).toMatchObject({ type: "started", title: "a title" });
  await host.close();
  expect(sessionFile(completed.resume?.value ?? "")).toContain('"name":"a title"');
});

function processesOf(command: string): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readCommandLine(pid))
    .filter((line) => line.startsWith(command));
}

function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function sessionFile(session: string): string {
  const folder = join(home.root, ".pi/agent/sessions", `--${home.repo.slice(1).replaceAll("/", "-")}--`);
  const name = readdirSync(folder).find((file) => file.includes(session)) ?? "";
  return readFileSync(join(folder, name), "utf8");
}
