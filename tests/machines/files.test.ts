import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { expect, onTestFinished, test, vi } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import { Fleet } from "../../src/worker/nats/fleet.ts";
import type { RemoteWorker } from "../../src/worker/nats/remote.ts";
import { MachineAway } from "../../src/worker/port.ts";
import { recordingLog } from "../engine/toy.ts";
import { shorten } from "../helpers/bounds.ts";
import { type Broker, startBroker } from "../helpers/broker.ts";
import { type Cable, layCable } from "./cable.ts";
import { startWorker, type TestWorker } from "./stage.ts";
import { workerChild } from "./worker-child.ts";

const MIB = 1024 * 1024;
const place = { project: "api" };

interface Scene {
  readonly broker: Broker;
  /** From the worker to the broker. */
  readonly cable: Cable;
  readonly worker: TestWorker;
  /** As the bridge has it. */
  readonly remote: RemoteWorker;
}

async function enter(): Promise<Scene> {
  const broker = await startBroker();
  const cable = await layCable(broker.port);
  const machines = { broker: broker.address };
  const names = () => new Set(["gpu"]);
  const fleet = new Fleet({ machines, names, log: recordingLog([]), now: Date.now });
  onTestFinished(() => fleet.close());
  const worker = await startWorker({ name: "gpu", broker: cable.address, projects: ["api"] });
  await vi.waitUntil(() => fleet.roll.of("gpu").state === "up", 60_000);
  return { broker, cable, worker, remote: fleet.worker("gpu") };
}

async function* bytesOf(size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; left -= MIB) yield Buffer.alloc(Math.min(left, MIB), `part ${left}`);
}

async function digest(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest("hex");
}

const signal = new AbortController().signal;
const file = { name: "big.bin", mime: "application/octet-stream", signal };

test("what a bot can fetch goes there whole, and what it can send comes back whole", async () => {
  const { remote, worker } = await enter();
  const { path } = await remote.put(place, { ...file, bytes: bytesOf(20 * MIB) });
  expect(await digest(createReadStream(path))).toBe(await digest(bytesOf(20 * MIB)));
  await writeFile(join(worker.directory, "api/big.bin"), bytesOf(50 * MIB));
  const found = await remote.read(place, "big.bin");
  expect(found.size).toBe(50 * MIB);
  expect(await digest(found.bytes())).toBe(await digest(bytesOf(50 * MIB)));
});

test("what is put while the worker looks for its broker is there once it has found it", async () => {
  shorten(BOUNDS.machines, { callMs: 60_000 });
  const { remote, worker, cable } = await enter();
  const changes = () => worker.log.filter(({ event }) => event === "broker.changed").length;
  const before = changes();
  cable.cut();
  await vi.waitUntil(() => changes() > before, 60_000);
  const put = remote.put(place, { ...file, bytes: bytesOf(MIB) });
  cable.mend();
  expect(await digest(createReadStream((await put).path))).toBe(await digest(bytesOf(MIB)));
});

test("one byte more is refused in both directions, and the next file goes through", async () => {
  const { remote, worker } = await enter();
  await expect(remote.put(place, { ...file, bytes: bytesOf(20 * MIB + 1) })).rejects.toThrow(/is larger than 20 MiB/);
  await expect(remote.put(place, { ...file, bytes: bytesOf(50 * MIB + 1) })).rejects.toThrow(/is larger than 50 MiB/);
  await writeFile(join(worker.directory, "api/huge.bin"), Buffer.alloc(50 * MIB + 1));
  await expect(remote.read(place, "huge.bin")).rejects.toThrow(/50 MiB/);
  const { path } = await remote.put(place, { ...file, bytes: bytesOf(3) });
  expect(readFileSync(path)).toHaveLength(3);
});

test("a broker that falls silent in the middle of a file ends the reading", async () => {
  const { remote, worker, broker } = await enter();
  await writeFile(join(worker.directory, "api/big.bin"), Buffer.alloc(20 * MIB));
  const reading = (await remote.read(place, "big.bin")).bytes()[Symbol.asyncIterator]();
  await reading.next();
  shorten(BOUNDS.machines, { callMs: 500 });
  broker.signal("SIGSTOP");
  const rest = async () => {
    for (let next = await reading.next(); !next.done; ) next = await reading.next();
  };
  await expect(rest()).rejects.toThrow(/did not answer within/);
  broker.signal("SIGCONT");
});

test("a call to a worker that is killed before it answers ends when the next one is there", async () => {
  shorten(BOUNDS.machines, { retryMs: 100 });
  const broker = await startBroker();
  const fleet = new Fleet({
    ...{ machines: { broker: broker.address }, names: () => new Set(["gpu"]) },
    ...{ log: recordingLog([]), now: Date.now },
  });
  onTestFinished(() => fleet.close());
  const worker = workerChild(broker.address);
  worker.start();
  await vi.waitUntil(() => fleet.roll.of("gpu").state === "up", 60_000);
  const witness = await connect({ servers: broker.address });
  onTestFinished(() => witness.close());
  const called = new Promise<void>((resolve) => witness.subscribe("tk.ctl.gpu", { callback: () => resolve() }));
  await witness.flush();
  worker.signal("SIGSTOP");
  const sending = fleet.worker("gpu").put(place, { ...file, bytes: bytesOf(3) });
  const refused = expect(sending).rejects.toThrow("gpu was started again meanwhile: try again.");
  await called;
  worker.signal("SIGKILL");
  await worker.gone();
  worker.start();
  await refused;
});

test("a file on its way ends when the broker is lost", async () => {
  const { broker, remote } = await enter();
  const sending = remote.put(place, {
    ...file,
    bytes: (async function* () {
      await broker.kill();
      yield Buffer.alloc(3);
    })(),
  });
  await expect(sending).rejects.toThrow(MachineAway);
});
