import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { connect } from "@nats-io/transport-node";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Engine } from "../../src/engine/contract.ts";
import { textOf } from "../helpers/bridge.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";
import { stageMachines, startWorker } from "./stage.ts";

test("of two machines that claim one project the config's gets its tasks, and both are named", async () => {
  const { say, botSays, outcomeOf, broker, worker } = await stageMachines();
  const other = await startWorker({ name: "box", broker: broker.address, projects: ["api"] });
  const outcome = textOf(await outcomeOf(say("/api session\nwhere\ndone")));
  expect(outcome).toContain(`cwd=${worker.directory}/api`);
  expect(other.log.some(({ event }) => event === "worker.taken")).toBe(false);
  say("/machines");
  const told = textOf(await botSays(/^- box · there/));
  expect(told).toContain("claims the project api, which is that of gpu: it is refused.");
});

test("a machine of another version is named, and a task that it does not understand ends in one sentence", async () => {
  const { say, botSays, broker, log } = await stageMachines();
  const nats = await connect({ servers: broker.address });
  onTestFinished(() => nats.close());
  // A bridge of the future gives a task to the worker that is there.
  await jetstream(nats).publish("tk.job.gpu", JSON.stringify({ is: { protocol: 99, jobId: "later", spec: {} } }));
  const manager = await jetstreamManager(nats);
  const refusal = await vi.waitUntil(
    () => manager.direct.getMessage("TK_EVENTS", { last_by_subj: "tk.ev.gpu.later" }).catch(() => undefined),
    { timeout: 60_000 },
  );
  expect(refusal?.string()).toMatch(/takopi \S+ on gpu does not understand this bridge: bring both to one version\./);
  // A worker of the future says that it is there.
  const lines = await new Kvm(nats).open("tk_machines");
  const beat = { protocol: 99, version: "99.0.0", host: "elsewhere", instance: "x", startedAt: 0, running: 0 };
  await lines.put("new", JSON.stringify({ ...beat, engines: [], projects: [] }));
  await vi.waitUntil(
    () => log.some(({ event, fields }) => event === "machine.there" && JSON.stringify(fields).includes("new")),
    60_000,
  );
  say("/machines");
  await botSays(/takopi 99\.0\.0 there does not fit this bridge: update the older one\./);
});

test("/help offers an engine that only another machine has, and /agent those of the project's machine", async () => {
  const [alpha, beta] = [scriptedEngine("alpha"), scriptedEngine("beta")];
  const missing = (engine: Engine) => ({ ...engine, probe: async () => ({ problems: [`no ${engine.id}`] }) });
  const { say, botSays } = await stageMachines({
    engines: [alpha, missing(beta)],
    workerEngines: [missing(alpha), beta],
  });
  await botSays(/beta \(not installed\)/);
  say("/help");
  await botSays(/^Engines: \/alpha, \/beta \(default here: alpha\)$/m);
  say("/ctx set api");
  await botSays(/api/);
  say("/agent");
  await botSays(/^Engine of new sessions in this chat: alpha .* It is not installed/);
});
