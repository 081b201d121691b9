import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import { shorten } from "../helpers/bounds.ts";
import { type Stage, stage, textOf } from "../helpers/bridge.ts";
import { startBroker } from "../helpers/broker.ts";
import { layCable } from "./cable.ts";
import { startWorker } from "./stage.ts";
import { workerChild } from "./worker-child.ts";

vi.setConfig({ testTimeout: 120_000 });

const tablesOf = (broker: string) =>
  `[machines]\nbroker = "${broker}"\n[projects.api]\nmachine = "gpu"\n[projects.web]\nmachine = "cpu"\n`;

/** A thread with a session, and what adds a task to it: the task leaves its name in a file when it begins. */
async function openThread(bridge: Stage, project: string) {
  const first = await bridge.outcomeOf(bridge.say(`/${project} process\nsession\nanswer first\ndone`));
  const ledger = join(bridge.directory, `${project}.ledger`);
  return {
    began: () => readFileSync(ledger, "utf8").trim().split("\n"),
    ask: (name: string, script = "") =>
      bridge.say(`process\nnote ${ledger} ${name}\nsession\n${script}\nanswer said ${name}\ndone`, {
        replyTo: first.message_id,
      }),
  };
}

test("tasks of one thread run in their order, once each, if their worker is killed in one and cut off in the next", async () => {
  shorten(BOUNDS.machines, { retryMs: 100 });
  const broker = await startBroker();
  const cable = await layCable(broker.port);
  const bridge = await stage({ tables: tablesOf(broker.address) });
  const { botSays, outcomeOf, directory, say } = bridge;
  const worker = workerChild(cable.address);
  worker.start();
  const { ask, began } = await openThread(bridge, "api");
  const one = ask("one", "step dying\nhang");
  const two = ask("two", `step lonely\nuntil ${directory}/go`);
  const three = ask("three");
  await botSays(/▸ dying/);
  worker.signal("SIGKILL");
  await worker.gone();
  worker.start();
  expect(textOf(await outcomeOf(one))).toMatch(/Interrupted: takopi was restarted on gpu/);
  await botSays(/▸ lonely/);
  cable.cut();
  await outcomeOf(say(`session\nsave ${directory}/go now\ndone`));
  cable.mend();
  for (const [name, id] of Object.entries({ two, three }))
    expect(textOf(await outcomeOf(id))).toMatch(new RegExp(`^done[\\s\\S]*said ${name}`));
  expect(began()).toEqual(["one", "two", "three"]);
});

test("a thread whose machine is away holds up no thread of another machine", async () => {
  const broker = await startBroker();
  const bridge = await stage({ tables: `${tablesOf(broker.address)}[limits]\nparallel_runs = 1\n` });
  const gpu = await startWorker({ name: "gpu", broker: broker.address, projects: ["api"] });
  await startWorker({ name: "cpu", broker: broker.address, projects: ["web"] });
  const [api, web] = [await openThread(bridge, "api"), await openThread(bridge, "web")];
  await gpu.stop();
  const waiting = ["one", "two"].map((name) => api.ask(name));
  await bridge.botSays(/gpu has been gone since \d\d:\d\d; this waits for it/);
  for (const name of ["one", "two"])
    expect(textOf(await bridge.outcomeOf(web.ask(name)))).toMatch(new RegExp(`^done[\\s\\S]*said ${name}`));
  await gpu.start();
  for (const id of waiting) expect(textOf(await bridge.outcomeOf(id))).toMatch(/^done/);
  expect([api.began(), web.began()]).toEqual([
    ["one", "two"],
    ["one", "two"],
  ]);
});
