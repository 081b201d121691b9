import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { expect, onTestFinished, test, vi } from "vitest";
import { type Stage, stage, textOf } from "../helpers/bridge.ts";
import { type Broker, startBroker } from "../helpers/broker.ts";
import { type WorkerChild, workerChild } from "./worker-child.ts";

const LOST =
  /gpu no longer knows this task, since its state was lost: look what was done there, then send the task again\./;

interface Scene extends Stage {
  readonly broker: Broker;
  readonly worker: WorkerChild;
}

async function enter(workerTables = ""): Promise<Scene> {
  const broker = await startBroker();
  const tables = `[machines]\nbroker = "${broker.address}"\n[projects.api]\nmachine = "gpu"\n`;
  const bridge = await stage({ tables });
  const worker = workerChild(broker.address, "gpu", "api", { tables: workerTables });
  worker.start();
  return { ...bridge, broker, worker };
}

async function loseState({ directory, kill }: WorkerChild): Promise<void> {
  await kill();
  for (const name of readdirSync(directory).filter((one) => one.startsWith("takopi.db"))) rmSync(join(directory, name));
}

/** Resolves when the machine has taken all tasks from the broker. */
async function taken({ address }: Broker): Promise<void> {
  const nats = await connect({ servers: address });
  onTestFinished(() => nats.close());
  const { streams } = await jetstreamManager(nats);
  await vi.waitUntil(async () => (await streams.info("TK_JOBS")).state.messages === 0, { timeout: 60_000 });
}

/** What the bot has said to a message. */
const repliesTo = ({ emulator }: Stage, id: number): string[] =>
  emulator
    .messages(emulator.privateChatId)
    .filter(({ from, reply_to_message: to }) => from?.is_bot && to?.message_id === id)
    .map(textOf);

test("a run whose machine has lost its state is told as lost, once, and is not run again", async () => {
  const on = await enter();
  const ledger = join(on.directory, "ran");
  const id = on.say(`/api note ${ledger}\nsession\nstep working\nuntil ${on.directory}/never\ndone`);
  await on.botSays(/▸ working/);
  await loseState(on.worker);
  on.worker.start();
  expect(textOf(await on.outcomeOf(id))).toMatch(LOST);
  expect(textOf(await on.outcomeOf(on.say("/api session\nanswer next\ndone")))).toContain("next");
  expect(repliesTo(on, id)).toHaveLength(1);
  expect(readFileSync(ledger, "utf8")).toBe("ran\n");
});

test("a task that waited on a machine which has lost its state is told as lost, too", async () => {
  const on = await enter("[limits]\nparallel_runs = 1\n");
  const first = on.say(`/api session\nstep working\nuntil ${on.directory}/never\ndone`);
  await on.botSays(/▸ working/);
  const second = on.say(`/api note ${on.directory}/ran\nsession\ndone`);
  await on.emulator.waitFor(() => on.log.filter(({ event }) => event === "machine.sent").length > 1 || undefined);
  await taken(on.broker);
  await loseState(on.worker);
  on.worker.start();
  for (const id of [first, second]) expect(textOf(await on.outcomeOf(id))).toMatch(LOST);
  expect(existsSync(join(on.directory, "ran"))).toBe(false);
});
