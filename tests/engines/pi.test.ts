import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { pi } from "../../runners/pi/index.ts";
import type { PiOptions } from "../../runners/pi/options.ts";
import { markedProcesses } from "../../src/engine/marked.ts";
import { type DrivenRun, openDriven } from "../helpers/driven.ts";
import { endedActions, expectNoProcessOf, finish, finishStopped, RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { noLog } from "../helpers/recordings.ts";
import { fingerprint, longText, newestTurn } from "./models/script.ts";
import { makePiHome, type PiHome } from "./pi-home.ts";
import { engineCommand } from "./pinned.ts";

vi.setConfig({ testTimeout: RUN_TIMEOUT_MS });

let home: PiHome;
let runs = 0;

beforeAll(async () => {
  home = await makePiHome();
});
afterAll(() => home?.[Symbol.asyncDispose]());

interface Request extends PiOptions {
  readonly session?: string;
  readonly cwd?: string;
}

function open(
  prompt: string,
  { session, cwd = home.repo, ...options }: Request = {},
): { run: DrivenRun; runId: string } {
  runs += 1;
  const runId = `pi-suite-${process.pid}-${runs}`;
  const run = openDriven(pi, {
    runId,
    prompt,
    cwd,
    env: home.env,
    options: { ...home.options, ...options },
    log: noLog,
    session,
  });
  return { run, runId };
}

const ask = async (prompt: string, request: Request = {}) => finish(open(prompt, request).run);

test("it is found with its version, and has a model", async () => {
  const options = { cmd: engineCommand("pi") };
  expect(await pi.probe({ options, env: home.env })).toEqual({
    path: engineCommand("pi"),
    version: "0.74.2",
    problems: [],
  });
});

test("a new task is answered, counted and priced", async () => {
  const { events, completed } = await ask("[[say Hello.]]");
  const resume = { engine: "pi", value: expect.stringMatching(/^[0-9a-f-]{36}$/) };
  const meta = { cwd: home.repo, provider: "scripted", model: "m" };
  expect(events[0]).toEqual({ type: "started", engine: "pi", resume, title: "m", meta });
  const usage = { inputTokens: 600, outputTokens: 20, cacheReadTokens: 400, cacheWriteTokens: 0 };
  expect(completed).toMatchObject({ ok: true, answer: "Hello.", resume, usage });
  expect(completed.usage?.costUsd).toBeCloseTo(0.00222, 6);
});

test("a long answer arrives whole", async () => {
  expect((await ask("[[long 60000]]")).completed.answer).toBe(longText(60_000));
});

test("tools are told as they run, and the files are there", async () => {
  const shell = await ask("[[shell echo hello | tr a-z A-Z]]");
  expect(endedActions(shell)).toMatchObject([
    { ok: true, action: { kind: "command", title: "echo hello | tr a-z A-Z", detail: { output: "HELLO" } } },
  ]);
  expect(shell.completed).toMatchObject({ ok: true, answer: "Results: HELLO" });

  const write = await ask(`[[tool write {"path":"${home.repo}/made.txt","content":"made by pi"}]]`);
  expect(endedActions(write)).toMatchObject([{ ok: true, action: { kind: "file_change", title: "made.txt" } }]);
  expect(readFileSync(join(home.repo, "made.txt"), "utf8")).toBe("made by pi");
});

test("commands that run side by side are told apart", async () => {
  const finished = await ask("[[shell until [ -e flag ]; do sleep 0.05; done; echo one ;; touch flag; echo two]]");
  const outputs = endedActions(finished).map(({ action }) => [action.title.endsWith("echo one"), action.detail.output]);
  expect(outputs.sort()).toEqual([
    [false, "two"],
    [true, "one"],
  ]);
});

test("a command that fails carries its exit code, and the run goes on", async () => {
  const finished = await ask("[[shell echo boom; exit 3]]");
  expect(endedActions(finished)).toMatchObject([
    { ok: false, action: { detail: { exitCode: 3, error: expect.stringContaining("boom") } } },
  ]);
  expect(finished.completed).toMatchObject({ ok: true });
});

test("a session goes on by its id, its beginning and its file, from anywhere, and works where it began", async () => {
  const first = (await ask("[[say My name is Ada.]]")).completed.resume?.value ?? "";
  const folder = join(home.root, ".pi/agent/sessions", `--${home.repo.slice(1).replaceAll("/", "-")}--`);
  const file = readdirSync(folder).find((name) => name.includes(first));
  for (const session of [first, first.slice(0, 20), join(folder, String(file))]) {
    const { events, completed } = await ask("[[shell pwd]]", { session, cwd: join(home.root, "other") });
    expect(completed).toMatchObject({
      ok: true,
      answer: `Results: ${home.repo}`,
      resume: { engine: "pi", value: first },
    });
    expect(events[0]).toMatchObject({ type: "started", resume: { value: first } });
  }
  expect(JSON.stringify(home.model.requests.at(-1)?.messages)).toContain("My name is Ada.");
});

test("a session that is not there is told at once, and pi is not started", async () => {
  const asked = home.model.requests.length;
  const { completed } = await ask("Go on.", { session: "deadbeef-0000" });
  expect(completed).toMatchObject({ ok: false, resume: { engine: "pi", value: "deadbeef-0000" } });
  expect(completed.error).toContain("There is no pi session deadbeef-0000");
  expect(home.model.requests).toHaveLength(asked);
});

test("a stop in the middle of a command leaves no process, and the session goes on", async () => {
  const { run, runId } = open("[[shell echo started; (sleep 301 & wait); sleep 302]]");
  const sleeps = async () => (await commandLines(runId)).some((command) => command.startsWith("sleep 301"));
  const { completed } = await finishStopped(run, "Stopped by you.", sleeps);
  await expectNoProcessOf(runId);
  expect(completed).toMatchObject({ ok: false, error: "Stopped by you." });
  const again = await ask("[[say Back again.]]", { session: completed.resume?.value ?? "" });
  expect(again.completed).toMatchObject({ ok: true, answer: "Back again." });
});

test("a stop in the middle of an answer leaves no process", async () => {
  const { run, runId } = open("[[endless]]");
  const asked = home.model.requests.length;
  const { completed } = await finishStopped(run, "Stopped by you.", async () => home.model.requests.length > asked);
  await expectNoProcessOf(runId);
  expect(completed).toMatchObject({ ok: false, error: "Stopped by you." });
});

test("a model's error is the outcome, in the model's words", async () => {
  expect((await ask("[[fail 400]]")).completed).toMatchObject({ ok: false, error: "400 scripted failure 400" });
  expect((await ask("[[fail 401]]")).completed.error).toContain("/login");
});

test("a run that recovers by a retry is a success", async () => {
  const finished = await ask("[[flaky 500 4]]");
  expect(finished.completed).toMatchObject({ ok: true, answer: "Recovered." });
  expect(endedActions(finished)).toMatchObject([{ ok: true, action: { kind: "note", title: "worked after 1 retry" } }]);
});

test("a title is shown, also by a pi that cannot name its sessions", async () => {
  const { events, completed } = await ask("[[say x]]", { session_title: "a title" });
  expect(completed.ok).toBe(true);
  expect(events[0]).toMatchObject({ type: "started", title: "a title" });
});

test.each([
  ["a dash", "- item one [[echo]]"],
  ["two dashes", "--help [[echo]]"],
  ["an at sign", "@README.md [[echo]]"],
  ["a slash", "/compact now [[echo]]"],
  ["quotes", `"it's" \`$HOME\` \\ %s 'x' [[echo]]`],
  ["a character of two units and a line separator", "😀\u2028 [[echo]]\n\nsecond paragraph"],
  ["200 KB", `[[echo]] ${"0123456789abcdef é\n".repeat(11_000)}end`],
])("a prompt that begins with or holds %s arrives as it is", async (_, prompt) => {
  const { completed } = await ask(prompt);
  expect(newestTurn(home.model.requests.at(-1) ?? { model: "", messages: [] }).prompt).toBe(prompt);
  expect(JSON.parse(completed.answer)).toEqual(fingerprint(prompt));
});

async function commandLines(runId: string): Promise<readonly string[]> {
  const pids = await markedProcesses(runId);
  return pids.map(readCommandLine);
}

function readCommandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
