import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import { openStore } from "../../src/store/store.ts";
import { shorten } from "../helpers/bounds.ts";
import { BUSY, type Stage, stage, textOf } from "../helpers/bridge.ts";
import { startBroker } from "../helpers/broker.ts";
import { layCable } from "./cable.ts";
import { ownClock } from "./clock.ts";
import { forgetMachines, startWorker, type TestWorker } from "./stage.ts";

const LONG_MS = 600_000;

/** A bridge and a worker whose words can be held back. */
async function enter() {
  const clock = ownClock();
  shorten(BOUNDS.machines, { retryMs: 100, callMs: 1_500, ackMs: 300, dedupeMs: 100 });
  const broker = await startBroker();
  const cable = await layCable(broker.port);
  const tables = `[machines]\nbroker = "${broker.address}"\n[projects.api]\nmachine = "gpu"\n`;
  const bridge = await stage({ tables });
  const worker = await startWorker({ name: "gpu", broker: cable.address, projects: ["api"] });
  await bridge.outcomeOf(bridge.say("/api session\nanswer first\ndone"));
  return { clock, broker, cable, bridge, worker, ledger: join(bridge.directory, "ran") };
}

const logged = ({ log }: Pick<TestWorker, "log">, event: string, like: object = {}, after = 0) =>
  vi.waitUntil(() => log.slice(after).some((one) => one.event === event && isSubset(like, one.fields)), 60_000);

/** The job of what message `id` asks for. */
function jobOf({ store, emulator }: Stage, id: number): Promise<string> {
  const { runs } = store();
  return emulator.waitFor(() => runs.recent(1).find(({ messageId }) => messageId === String(id))?.id);
}

const isSubset = (some: object, all: object) => isDeepStrictEqual({ ...all, ...some }, all);

/** The outcomes of a task, once the next one is through. */
async function outcomesOf({ say, outcomeOf, emulator }: Stage, id: number): Promise<readonly string[]> {
  expect(textOf(await outcomeOf(say("/api session\nanswer next\ndone")))).toContain("next");
  const ours = emulator.messages(emulator.privateChatId).filter(({ from }) => from?.is_bot);
  expect(ours.filter((one) => BUSY.test(textOf(one)))).toEqual([]);
  return ours.filter((one) => one.reply_to_message?.message_id === id).map(textOf);
}

test("the end of a run that was taken from a machine that seemed dead counts for nothing when it comes", async () => {
  const { clock, cable, bridge, worker, ledger } = await enter();
  const { say, botSays, outcomeOf, press, directory } = bridge;
  const id = say(`/api note ${ledger}\nsession\nstep working\nuntil ${directory}/go\nanswer whole\ndone`);
  const progress = await botSays(/▸ working/);
  cable.hold("there");
  writeFileSync(join(directory, "go"), "");
  const jobId = await jobOf(bridge, id);
  await logged(worker, "worker.completed", { jobId, ok: true });
  clock.pass(LONG_MS);
  await botSays(/gpu has been gone since/);
  await press(progress, "Stop");
  await outcomeOf(id);
  cable.release();
  await logged(worker, "worker.run_lost", { jobId });
  expect(await outcomesOf(bridge, id)).toEqual([expect.stringMatching(/^cancelled[\s\S]*gpu has been gone since/)]);
  expect(readFileSync(ledger, "utf8")).toBe("ran\n");
});

test("a task that is delivered again and again while its acknowledgements are held is one, and does not run once stopped", async () => {
  const { clock, cable, bridge, worker, ledger } = await enter();
  const { say, botSays, outcomeOf, press } = bridge;
  cable.hold("there");
  const id = say(`/api note ${ledger}\nsession\nanswer never\ndone`);
  const jobId = await jobOf(bridge, id);
  await logged(worker, "worker.taken", { jobId, isNew: false });
  clock.pass(LONG_MS);
  await press(await botSays(/gpu has been gone since/), "Stop");
  await outcomeOf(id);
  cable.release();
  await logged(worker, "worker.run_lost", { jobId });
  expect(await outcomesOf(bridge, id)).toEqual([expect.stringMatching(/^cancelled/)]);
  expect(existsSync(ledger)).toBe(false);
});

test("an end that the broker took without the machine's hearing of it is told once, however late it comes again", async () => {
  const { cable, bridge, worker, ledger, clock } = await enter();
  const { say, botSays, directory } = bridge;
  const id = say(`/api note ${ledger}\nsession\nstep working\nuntil ${directory}/go\nanswer whole\ndone`);
  await botSays(/▸ working/);
  const there = openStore(join(worker.directory, "takopi.db"));
  onTestFinished(() => there.close());
  const jobId = await jobOf(bridge, id);
  // The machine has heard that the broker took this much.
  await vi.waitUntil(() => !there.workerJobs.next(jobId), 60_000);
  cable.hold("back");
  writeFileSync(join(directory, "go"), "");
  await bridge.outcomeOf(id);
  cable.cut();
  clock.pass(LONG_MS);
  await logged(bridge, "machine.gone");
  const before = worker.log.length;
  cable.release();
  cable.mend();
  await logged(worker, "worker.told", { jobId }, before);
  expect(await outcomesOf(bridge, id)).toEqual([expect.stringMatching(/^done[\s\S]*whole/)]);
  expect(readFileSync(ledger, "utf8")).toBe("ran\n");
});

test("a task that two workers of one name have taken, one after the other, runs once, and the first one gives way", async () => {
  const { clock, broker, cable, bridge, worker, ledger } = await enter();
  const { say, botSays } = bridge;
  cable.hold("there");
  const id = say(`/api note ${ledger}\nsession\nanswer whole\ndone`);
  await logged(worker, "worker.taken", { jobId: await jobOf(bridge, id), isNew: false });
  clock.pass(LONG_MS);
  await botSays(/gpu has been gone since/);
  await forgetMachines(broker);
  const second = await startWorker({ name: "gpu", broker: broker.address, projects: ["api"] });
  await bridge.outcomeOf(id);
  cable.release();
  await expect(worker.ended()).rejects.toThrow(/Another worker is gpu already/);
  expect(await outcomesOf(bridge, id)).toEqual([expect.stringMatching(/^done[\s\S]*whole/)]);
  expect(readFileSync(ledger, "utf8")).toBe("ran\n");
  expect(second.log.filter(({ event }) => event === "worker.run_lost")).toEqual([]);
});
