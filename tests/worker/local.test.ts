import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { engines as known } from "../../runners/index.ts";
import type { RunCommand, RunSpec } from "../../src/domain/run.ts";
import type { Engine } from "../../src/engine/contract.ts";
import { markedProcesses } from "../../src/engine/marked.ts";
import { openStore } from "../../src/store/store.ts";
import { LocalWorker } from "../../src/worker/local.ts";
import type { WorkerEvent, WorkerRun } from "../../src/worker/port.ts";
import { load } from "../config/bench.ts";
import { childProgram } from "../engine/toy.ts";
import { noLog } from "../helpers/recordings.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";

/** A machine with the project "web", the headless engine "alpha", and pi driven both ways by a scripted peer. */
function setUp(engines: readonly Engine[] = [scriptedEngine("alpha"), ...known]) {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "takopi-worker-")));
  mkdirSync(join(home, "web"));
  const tables = `[pi]\ncmd = "${childProgram("pi-rpc")}"\ninteractive = true\n[projects.web]\npath = "${home}/web"\n`;
  const config = load(tables, {}, engines);
  const store = openStore(":memory:");
  const env = { PATH: process.env["PATH"], HOME: home };
  const worker = new LocalWorker({
    ...{ config: () => config, engines, env, home, servers: store.liveServers, log: noLog },
  });
  onTestFinished(async () => {
    await worker.close();
    store.close();
    rmSync(home, { recursive: true, force: true });
  });
  return { worker, home, store };
}

let runs = 0;
const spec = (prompt: string, more: Partial<RunSpec> = {}): RunSpec => ({
  ...{ runId: `worker-test-${process.pid}-${++runs}`, engine: "alpha", prompt, attachments: [], overrides: {} },
  ...more,
});

/** All events; `onEvent` may give a command to send. */
async function follow(run: WorkerRun, onEvent: (event: WorkerEvent) => RunCommand | undefined = () => undefined) {
  const events: WorkerEvent[] = [];
  for await (const event of run.events) {
    events.push(JSON.parse(JSON.stringify(event)));
    const command = onEvent(event);
    if (command) run.send(JSON.parse(JSON.stringify(command)));
  }
  return events;
}

const typesOf = (events: readonly WorkerEvent[]) => events.map(({ type }) => type);
const stop: RunCommand = { type: "stop", reason: "Enough." };

test("a run is values in and values out: placed, its process, its abilities, its outcome", async () => {
  const { worker, home } = setUp();
  const events = await follow(worker.run(spec("process\nsession\nanswer yes\ndone", { project: "web" })));
  expect(events[0]).toEqual({ type: "placed", cwd: join(home, "web") });
  expect(typesOf(events)).toEqual(expect.arrayContaining(["process", "ready", "started"]));
  expect(events.at(-1)).toMatchObject({ type: "completed", ok: true, answer: "yes" });
});

test.each([
  ["an engine", { engine: "gone" }, /'gone' is not known here; there are alpha/],
  ["a project", { project: "gone" }, /'gone' is not configured any more/],
])("%s that is not there is the run's outcome", async (_, more, error) => {
  const { worker } = setUp();
  const events = await follow(worker.run(spec("x", more)));
  expect(events).toMatchObject([{ type: "completed", ok: false, error: expect.stringMatching(error) }]);
});

test("a stop before the engine starts is the outcome, and the engine never starts", async () => {
  const { worker } = setUp();
  const run = worker.run(spec("session\nanswer yes\ndone"));
  const events = await follow(run, ({ type }) => (type === "placed" ? stop : undefined));
  expect(typesOf(events)).toEqual(["placed", "completed"]);
  expect(events[1]).toMatchObject({ ok: false, error: "Enough." });
});

test("two workers in one process carry out runs side by side, and each closes its own servers alone", async () => {
  const [one, two] = [setUp(), setUp()];
  const steer = ({ type }: WorkerEvent): RunCommand | undefined =>
    type === "started" ? { type: "steer", id: "s", text: "more" } : undefined;
  const both = await Promise.all(
    [one, two].map(({ worker }) => follow(worker.run(spec("steered", { engine: "pi" })), steer)),
  );
  for (const events of both) {
    expect(events).toContainEqual({ type: "ack", id: "s", ok: true });
    expect(events).toContainEqual(expect.objectContaining({ type: "completed", ok: true, answer: "more" }));
  }
});

test("a start ends the processes and warm servers that a killed bridge left", async () => {
  const { worker, store } = setUp();
  const script = join(mkdtempSync(join(tmpdir(), "takopi-left-")), "left.mjs");
  writeFileSync(script, "setInterval(() => {}, 1e6)");
  const { runId } = spec("");
  const { spawn } = await import("node:child_process");
  const child = spawn(process.execPath, [script], {
    ...{ env: { ...process.env, TAKOPI_RUN_ID: runId }, detached: true, stdio: "ignore" },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await vi.waitUntil(async () => (await markedProcesses(runId)).length > 0, { timeout: 30_000 });
  store.liveServers.replace([{ engine: "pi", pid: 1, processStart: "0", markId: null, idleSince: null }]);
  await worker.recover([{ runId, hasBegun: true, process: undefined }]);
  expect(await markedProcesses(runId)).toEqual([]);
  expect(store.liveServers.all()).toEqual([]);
});
