import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { onTestFinished } from "vitest";
import { makeEngine } from "../../runners/index.ts";
import { runWorker } from "../../src/app/worker.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Engine } from "../../src/engine/contract.ts";
import { type LogEntry, recordingLog } from "../engine/toy.ts";
import { type Stage, type StageOptions, stage } from "../helpers/bridge.ts";
import { type Broker, startBroker } from "../helpers/broker.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";

export interface StationOptions {
  readonly name: string;
  /** The address of a broker that takes everybody. */
  readonly broker?: string;
  /** The whole table `machines` of its takopi.toml. */
  readonly machines?: string;
  /** Their directories are made. */
  readonly projects: readonly string[];
  readonly engines?: readonly Engine[];
  /** Further tables of its takopi.toml. */
  readonly tables?: string;
  /** What it logs when it has started; `worker.ready` unless given. */
  readonly until?: string;
}

/** A worker in this process, with a folder of its own. */
export interface TestWorker {
  readonly directory: string;
  readonly log: readonly LogEntry[];
  /** Resolves when it serves. */
  start(): Promise<void>;
  /** Resolves when it has ended, as after SIGTERM. */
  stop(): Promise<void>;
  /** Rejects if it ends by itself. */
  readonly ended: () => Promise<void>;
}

export async function startWorker(options: StationOptions): Promise<TestWorker> {
  const { name, broker, projects, engines = [scriptedEngine("alpha"), scriptedEngine("beta")], tables = "" } = options;
  const { machines = `[machines]\nbroker = "${broker}"\nname = "${name}"\n`, until = "worker.ready" } = options;
  const directory = mkdtempSync(join(tmpdir(), `takopi-worker-${name}-`));
  const ofProjects = projects.map((alias) => `[projects.${alias}]\npath = "${alias}"\n`);
  for (const alias of projects) mkdirSync(join(directory, alias), { recursive: true });
  const file = join(directory, "takopi.toml");
  writeFileSync(file, ['default_engine = "alpha"', machines, ...ofProjects, tables].join("\n"));
  const env = { PATH: process.env["PATH"], HOME: directory };
  const log: LogEntry[] = [];
  let controller = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  const start = async () => {
    controller = new AbortController();
    const config = loadConfig({ file, cwd: directory, env, engines, make: makeEngine });
    const before = log.length;
    ended = runWorker({ config, env, home: directory, log: recordingLog(log), signal: controller.signal });
    ended.catch(() => {});
    const isReady = () => log.slice(before).some(({ event }) => event === until);
    while (!isReady()) {
      await Promise.race([ended.then(() => Promise.reject(new Error("the worker ended"))), soon()]);
    }
  };
  const stop = async () => {
    controller.abort();
    await ended.catch(() => {});
  };
  onTestFinished(async () => {
    await stop();
    rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
  });
  await start();
  return { directory, log, start, stop, ended: () => ended };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 10));

/** What the broker does by itself once it has not heard any machine for a while; its clock cannot be set. */
export async function forgetMachines({ address }: Broker): Promise<void> {
  const nats = await connect({ servers: address });
  await (await jetstreamManager(nats)).streams.purge("KV_tk_machines");
  await nats.close();
}

export interface MachinesStage extends Stage {
  readonly broker: Broker;
  readonly worker: TestWorker;
  /** Ends the worker; resolves when the bridge has heard so. */
  leave(): Promise<void>;
}

export interface MachinesOptions extends StageOptions {
  /** Further tables of the worker's takopi.toml. */
  readonly workerTables?: string;
  /** Those of the bridge unless given. */
  readonly workerEngines?: readonly Engine[];
}

/** A bridge, a broker, and a worker `gpu` with the project `api`. */
export async function stageMachines(options: MachinesOptions = {}): Promise<MachinesStage> {
  const broker = await startBroker();
  const tables = `[machines]\nbroker = "${broker.address}"\n[projects.api]\nmachine = "gpu"\n${options.tables ?? ""}`;
  const bridge = await stage({ ...options, tables });
  await bridge.emulator.waitFor(() => bridge.log.some(({ event }) => event === "broker.changed"));
  const { workerTables: own } = options;
  const engines = options.workerEngines ?? options.engines;
  const worker = await startWorker({
    ...{ name: "gpu", broker: broker.address, projects: ["api"] },
    ...{ ...(engines && { engines }), ...(own !== undefined && { tables: own }) },
  });
  const leave = async () => {
    const goings = () => bridge.log.filter(({ event }) => event === "machine.gone").length;
    const before = goings();
    await worker.stop();
    await bridge.emulator.waitFor(() => goings() > before);
  };
  return { ...bridge, broker, worker, leave };
}
