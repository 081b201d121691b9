import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { acpEngine } from "../../runners/acp/index.ts";
import { BOUNDS } from "../../src/bounds.ts";
import type { Question, Reply } from "../../src/domain/question.ts";
import { EngineHost } from "../../src/engine/host.ts";
import { markedProcesses } from "../../src/engine/marked.ts";
import { shorten } from "../helpers/bounds.ts";
import { type DrivenRun, openDriven, toRequest } from "../helpers/driven.ts";
import { endedActions, finish } from "../helpers/live-engine.ts";
import { noLog } from "../helpers/recordings.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { engineCommand } from "./pinned.ts";

// opencode needs seconds of processor time before it asks the model: minutes on a busy machine.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 900_000 });

let home: EnginesHome;
const host = new EngineHost();

beforeAll(async () => {
  home = await makeEnginesHome();
});
afterAll(async () => {
  await host.close();
  await home?.[Symbol.asyncDispose]();
});

const agents = {
  opencode: {
    ...{ cmd: engineCommand("opencode"), args: ["acp"], env_passthrough: ["OPENCODE_DISABLE_*"] },
    env: { OPENCODE_PERMISSION: '{"bash":"ask","edit":"ask"}' },
  },
};

const allow: Reply = { type: "allow", scope: "once" };
const exists = (file: string) =>
  vi.waitUntil(() => existsSync(join(home.web, file)), { timeout: 500_000, interval: 50 });

async function answering(run: DrivenRun, reply: Reply) {
  const questions: Question[] = [];
  for await (const event of run) {
    if (event.type !== "question") continue;
    questions.push(event.question);
    await run.controls.answer(event.question.id, reply);
  }
  return { ...(await finish(run)), questions };
}

describe.each(Object.entries(agents))("%s by ACP", (id, options) => {
  const agent = acpEngine(id);
  let session: string | undefined;

  const setup = () => ({
    ...{ cwd: home.web, log: noLog, host, options },
    env: { PATH: process.env["PATH"], ...home.env },
  });
  const open = (prompt: string): DrivenRun => openDriven(agent, { ...setup(), prompt, session });

  /** Runs to the end, and answers what is asked. */
  async function run(prompt: string, reply: Reply = allow) {
    const finished = await answering(open(prompt), reply);
    session = finished.completed.resume?.value;
    return finished;
  }

  test("a task is answered, and its session resumed by the same process and by another", async () => {
    expect((await run("[[say One]]")).completed).toMatchObject({ ok: true, answer: "One" });
    const first = session;
    expect((await run("[[say Two]]")).completed).toMatchObject({ ok: true, answer: "Two" });
    await host.close();
    expect((await run("[[say Three]]")).completed).toMatchObject({ ok: true, answer: "Three" });
    expect(session).toBe(first);
  });

  test("a command is approved, and one that fails is a failed step", async () => {
    const finished = await run("[[shell touch made-by-acp; exit 3]]");
    expect(finished.questions).toMatchObject([{ kind: "command", command: "touch made-by-acp; exit 3" }]);
    expect(existsSync(join(home.web, "made-by-acp"))).toBe(true);
    expect(endedActions(finished)).toMatchObject([{ ok: false, action: { kind: "command" } }]);
  });

  test("a denied command is not run, and the reason reaches the model", async () => {
    const denied = await run("[[shell touch never]]", { type: "deny", reason: "use the [[say tests]]" });
    expect(existsSync(join(home.web, "never"))).toBe(false);
    expect(denied.completed).toMatchObject({ ok: true, answer: expect.stringContaining("tests") });
  });

  test("a change of a file is shown before it is made, and the agent makes it", async () => {
    const args = JSON.stringify({ filePath: "new.txt", content: "one\ntwo\n" });
    const { questions } = await run(`[[tool write ${args}]]`);
    expect(questions).toMatchObject([{ kind: "file_change", body: expect.stringContaining("+one\n+two") }]);
    expect(readFileSync(join(home.web, "new.txt"), "utf8")).toBe("one\ntwo\n");
  });

  test("a command that begins with a slash reaches the model as text", async () => {
    expect((await run("/nosuch [[say Slash]]")).completed).toMatchObject({ ok: true, answer: "Slash" });
  });

  test("a command of the agent's own is listed, and carried out", async () => {
    shorten(BOUNDS.liveServer, { commandsMs: 300_000 });
    const commands = await agent.operations.commands?.({ ...setup(), trusted: false });
    expect(commands).toContain("greet-all");
    const own = openDriven(agent, { ...setup(), prompt: "/greet-all Ann", session, isCommand: true });
    expect((await finish(own)).completed).toMatchObject({ ok: true, answer: "Hello Ann" });
  });

  test("the model's error is told, and the session goes on", async () => {
    const { completed } = await run("[[fail 400]]");
    expect(completed).toMatchObject({ ok: false, error: expect.stringContaining("scripted failure 400") });
    expect((await run("[[say Back]]")).completed).toMatchObject({ ok: true, answer: "Back" });
  });

  test("an interrupt in mid-command leaves no process of it, and the session goes on", async () => {
    const under = open("[[shell touch held-acp; setsid sleep 987.25 & until [ -e never ]; do sleep 0.05; done]]");
    const finished = answering(under, allow);
    await exists("held-acp");
    await under.controls.interrupt();
    expect((await finished).completed.ok).toBe(false);
    const { markId = "" } = await under.spawned;
    const left = (await markedProcesses(markId)).map((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8"));
    expect(left.join()).not.toContain("987.25");
    expect((await run("[[say Still here]]")).completed).toMatchObject({ ok: true, answer: "Still here" });
  });

  test("an image reaches the model as it is", async () => {
    const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const path = join(home.web, "dot.png");
    writeFileSync(path, Buffer.from(pixel, "base64"));
    const request = toRequest({ ...setup(), prompt: "[[say Seen]]", session });
    const spec = { ...request.spec, attachments: [{ path, mime: "image/png", size: 67 }] };
    for await (const event of agent.open({ ...request, spec }).events) {
      if (event.type === "completed") expect(event).toMatchObject({ ok: true, answer: "Seen" });
    }
  });
});
