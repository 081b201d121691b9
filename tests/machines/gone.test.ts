import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import { markedProcesses } from "../../src/engine/marked.ts";
import { shorten } from "../helpers/bounds.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { startBroker } from "../helpers/broker.ts";
import { layCable } from "./cable.ts";
import { stageMachines, startWorker } from "./stage.ts";
import { workerChild } from "./worker-child.ts";

const until = <T>(find: () => T | Promise<T>) => vi.waitUntil(find, { timeout: 60_000, interval: 20 });

test("a task for a machine that has left says since when, waits, and runs once it is back", async () => {
  const { say, botSays, outcomeOf, worker, leave } = await stageMachines();
  await outcomeOf(say("/api session\nanswer one\ndone"));
  await leave();
  say("/machines");
  await botSays(/^- gpu · gone since /);
  const id = say("/api session\nanswer two\ndone");
  await botSays(/gpu has been gone since \d\d:\d\d; this waits for it/);
  await worker.start();
  expect(textOf(await outcomeOf(id))).toMatch(/two/);
});

test("the minutes of a run, and of its silence, do not count while it waits for its machine", async () => {
  // As long as a run of no work may take on a busy machine.
  const limits = "[limits]\nrun_minutes = 0.05\nstall_minutes = 0.005\n";
  const { say, botSays, outcomeOf, worker, leave, directory } = await stageMachines({ tables: limits });
  await leave();
  const id = say("/api session\nanswer two\ndone");
  await botSays(/this waits for it/);
  const here = say(`session\nuntil ${directory}/never\ndone`);
  expect(textOf(await outcomeOf(here))).toContain("limits.run_minutes");
  expect(textOf(await botSays(/this waits for it/))).not.toContain("No sign of life");
  await worker.start();
  expect(textOf(await outcomeOf(id))).toMatch(/two/);
});

test("tasks that wait for a machine that is gone keep nobody waiting here", async () => {
  const { say, botSays, outcomeOf, worker, leave } = await stageMachines({ tables: "[limits]\nparallel_runs = 1\n" });
  await outcomeOf(say("/api session\nanswer one\ndone"));
  await leave();
  const waiting = [1, 2].map((n) => say(`/api session\nanswer waited ${n}\ndone`));
  await botSays(/gpu has been gone since \d\d:\d\d; this waits for it/);
  expect(textOf(await outcomeOf(say("session\nanswer here\ndone")))).toContain("here");
  await worker.start();
  for (const [index, id] of waiting.entries()) expect(textOf(await outcomeOf(id))).toContain(`waited ${index + 1}`);
});

test("a task that is stopped before its machine was ever there is not run when the machine comes", async () => {
  const broker = await startBroker();
  const tables = `[machines]\nbroker = "${broker.address}"\n[projects.api]\nmachine = "gpu"\n`;
  const { say, botSays, outcomeOf, press, directory } = await stage({ tables });
  const ledger = join(directory, "ran");
  const id = say(`/api note ${ledger}\nsession\nanswer never\ndone`);
  await press(await botSays(/gpu has not been seen yet; this waits for it/), "Stop");
  expect(textOf(await outcomeOf(id))).toMatch(/^cancelled/);
  await startWorker({ name: "gpu", broker: broker.address, projects: ["api"] });
  expect(textOf(await outcomeOf(say("/api session\nanswer second\ndone")))).toMatch(/^done/);
  expect(existsSync(ledger)).toBe(false);
});

test("Stop takes a run from a machine that does not answer: what the machine says later is refused, and it ends the run", async () => {
  shorten(BOUNDS.machines, { callMs: 2_000 });
  const broker = await startBroker();
  const tables = `[machines]\nbroker = "${broker.address}"\n[projects.api]\nmachine = "gpu"\n`;
  const { say, botSays, outcomeOf, press, store, directory } = await stage({ tables });
  const worker = workerChild(broker.address);
  const lost = new Promise<void>((resolve) => worker.at("worker.run_lost", resolve));
  worker.start();
  const id = say(`/api session\nstep working\nuntil ${directory}/never\nstep late\ndone`);
  const progress = await botSays(/▸ working/);
  worker.signal("SIGSTOP");
  expect(await press(progress, "Stop")).toBe("Stopping.");
  const outcome = textOf(await outcomeOf(id));
  expect(outcome).toMatch(/^cancelled/);
  expect(outcome).toContain("gpu does not answer: the run there ends when it is back");
  worker.signal("SIGCONT");
  await lost;
  const [run] = store().runs.recent(1);
  await until(async () => (await markedProcesses(run?.id ?? "")).length === 0);
  expect(textOf(await outcomeOf(say("/api session\nanswer next\ndone")))).toMatch(/^done/);
});

test("a machine that was paused and has its name still continues its run, and the answer is told once", async () => {
  const broker = await startBroker();
  const tables = `[machines]\nbroker = "${broker.address}"\n[projects.api]\nmachine = "gpu"\n`;
  const { say, botSays, outcomeOf, directory } = await stage({ tables });
  const worker = workerChild(broker.address);
  worker.start();
  const go = join(directory, "go");
  const id = say(`/api note ${directory}/ran\nsession\nstep working\nuntil ${go}\nanswer whole\ndone`);
  await botSays(/▸ working/);
  worker.signal("SIGSTOP");
  say(`session\nsave ${go} now\nanswer opened\ndone`);
  await botSays(/opened/);
  worker.signal("SIGCONT");
  expect(textOf(await outcomeOf(id))).toMatch(/whole/);
  expect(readFileSync(join(directory, "ran"), "utf8")).toBe("ran\n");
});

test("a second worker of the same name is refused, and says where the first one is", async () => {
  const { broker } = await stageMachines();
  const twin = startWorker({ name: "gpu", broker: broker.address, projects: ["api"] });
  await expect(twin).rejects.toThrow(/Another worker is gpu already \(on .+, since 20.+\): end it, or set another/);
});

test("a task for something that the machine lacks is refused in one sentence", async () => {
  const { say, outcomeOf } = await stageMachines({ tables: '[projects.web]\nmachine = "gpu"\n' });
  const text = textOf(await outcomeOf(say("/web session\ndone")));
  expect(text).toContain("On gpu: The project 'web' is not configured");
});

/** A bridge whose way to the broker can be cut. */
async function enterCable() {
  shorten(BOUNDS.machines, { callMs: 1_000, connectMs: 1_000, retryMs: 100 });
  const broker = await startBroker();
  const cable = await layCable(broker.port);
  const tables = `[machines]\nbroker = "${cable.address}"\n[projects.api]\nmachine = "gpu"\n`;
  const bridge = await stage({ tables });
  const worker = await startWorker({ name: "gpu", broker: broker.address, projects: ["api"] });
  return { ...bridge, cable, worker, ledger: join(bridge.directory, "ran") };
}

test.each(["a moment ago", "for a while"])(
  "a bridge that cannot reach its broker %s ends, and the next one tells what came of a run elsewhere",
  async (since) => {
    const { say, botSays, outcomeOf, stop, start, directory, cable } = await enterCable();
    const id = say(`/api session\nstep working\nuntil ${directory}/go\nanswer whole\ndone`);
    await botSays(/▸ working/);
    cable.cut();
    if (since === "for a while") await botSays(/the broker has been out of reach since .*; this waits for it/);
    await stop();
    cable.mend();
    start();
    writeFileSync(join(directory, "go"), "");
    expect(textOf(await outcomeOf(id))).toMatch(/^done[\s\S]*whole/);
  },
);

test("Stop holds if the bridge ends before its machine has heard of it", async () => {
  const { say, botSays, outcomeOf, press, stop, start, cable, store, directory } = await enterCable();
  const id = say(`/api session\nstep working\nuntil ${directory}/never\ndone`);
  await botSays(/▸ working/);
  cable.cut();
  await press(await botSays(/the broker has been out of reach since .*; this waits for it/), "Stop");
  await botSays(/: the run there ends when it is back/);
  await stop();
  cable.mend();
  start();
  expect(textOf(await outcomeOf(id))).toMatch(/^cancelled/);
  const [run] = store().runs.recent(1);
  await until(async () => (await markedProcesses(run?.id ?? "")).length === 0);
});

test("Stop reaches a task that the bridge before may have sent, once the broker can be reached", async () => {
  const { say, botSays, outcomeOf, press, stop, start, cable, worker, ledger } = await enterCable();
  await worker.stop();
  const id = say(`/api note ${ledger}\nsession\nanswer never\ndone`);
  await botSays(/gpu has been gone since .*; this waits for it/);
  await stop();
  cable.cut();
  start();
  await press(await botSays(/the broker has been out of reach since .*; this waits for it/), "Stop");
  await botSays(/: the run there ends when it is back/);
  cable.mend();
  expect(textOf(await outcomeOf(id))).toMatch(/^cancelled/);
  await worker.start();
  expect(textOf(await outcomeOf(say("/api session\nanswer second\ndone")))).toMatch(/^done/);
  expect(existsSync(ledger)).toBe(false);
});
