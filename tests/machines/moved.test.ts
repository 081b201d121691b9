import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Stage, textOf } from "../helpers/bridge.ts";
import { type MachinesStage, stageMachines, startWorker } from "./stage.ts";

/** Ends the bridge, puts something else in the place of a part of its config, and starts it again. */
async function restartWith(on: Stage, before: string | RegExp, after: string): Promise<void> {
  await on.stop();
  const file = join(on.directory, "takopi.toml");
  writeFileSync(file, readFileSync(file, "utf8").replace(before, after));
  on.start();
}

const addCpu = ({ broker }: MachinesStage) => startWorker({ name: "cpu", broker: broker.address, projects: ["api"] });

test("after a project moved, a reply to an old task says where its session is, and runs nowhere", async () => {
  const on = await stageMachines();
  const cpu = await addCpu(on);
  const old = await on.outcomeOf(on.say("/api session\nanswer one\ndone"));
  await restartWith(on, 'machine = "gpu"', 'machine = "cpu"');
  const ledger = join(on.directory, "ran");
  const reply = on.say(`note ${ledger}\nsession\nanswer two\ndone`, { replyTo: old.message_id });
  expect(textOf(await on.outcomeOf(reply))).toContain(
    "This session is on gpu, and the project api is on cpu now: begin a new session with a message that is no reply",
  );
  expect(existsSync(ledger)).toBe(false);
  const fresh = textOf(await on.outcomeOf(on.say("/api session\nwhere\ndone")));
  expect(fresh).toContain(`cwd=${join(cpu.directory, "api")}`);
});

test("a task that waits for a machine stays its own when the project moves, and runs once", async () => {
  const on = await stageMachines();
  const cpu = await addCpu(on);
  await on.leave();
  const id = on.say("/api session\nwhere\ndone");
  await on.botSays(/gpu has been gone since \d\d:\d\d; this waits for it/);
  await restartWith(on, 'machine = "gpu"', 'machine = "cpu"');
  await on.outcomeOf(on.say("/api session\nanswer new place\ndone"));
  await on.worker.start();
  expect(textOf(await on.outcomeOf(id))).toContain(`cwd=${join(on.worker.directory, "api")}`);
  expect(cpu.log.filter(({ event }) => event === "worker.taken")).toHaveLength(1);
});

test("a project that came back to the bridge's machine leaves sessions and waiting tasks of the other one alone", async () => {
  const on = await stageMachines();
  const old = await on.outcomeOf(on.say("/api session\nanswer one\ndone"));
  await on.leave();
  const waiting = on.say("/api session\nanswer never\ndone");
  await on.botSays(/gpu has been gone since/);
  mkdirSync(join(on.directory, "api"));
  await restartWith(on, /\[machines\][\s\S]*machine = "gpu"/, '[projects.api]\npath = "api"');
  expect(textOf(await on.outcomeOf(waiting))).toContain("This was for gpu, and the config names no broker any more");
  const reply = on.say("session\nanswer two\ndone", { replyTo: old.message_id });
  expect(textOf(await on.outcomeOf(reply))).toContain("the project api is on the bridge's own machine now");
  expect(textOf(await on.outcomeOf(on.say("/api session\nwhere\ndone")))).toContain(join(on.directory, "api"));
});
