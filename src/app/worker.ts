import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { engineOptions } from "../config/engine-options.ts";
import { ConfigError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { takeLock } from "../store/lock.ts";
import { openStore } from "../store/store.ts";
import { readVersion } from "../version.ts";
import { LocalWorker } from "../worker/local.ts";
import { Station } from "../worker/nats/station.ts";
import { openControl } from "./control.ts";
import { runTools } from "./run-tools.ts";

export interface WorkerOptions {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The directory of runs without a project, absolute. */
  readonly home: string;
  readonly log: Logger;
  /** Ends the worker. */
  readonly signal: AbortSignal;
}

/** Carries out the runs of a bridge elsewhere until `signal` aborts. @throws ConfigError, UserError */
export async function runWorker({ config, env, home, log, signal }: WorkerOptions): Promise<void> {
  const { machines, directory, known: engines } = config;
  if (machines?.name === undefined) {
    const place = config.file ?? `${directory}/takopi.toml`;
    throw new ConfigError(`${place}: a worker needs machines.broker, the address, and machines.name, its own name.`);
  }
  const lock = takeLock(join(directory, "takopi.lock"));
  const onNoBackup = (err: unknown) => log.warn({ err }, "state.not_backed_up");
  const store = openStore(join(directory, "takopi.db"), { isStart: true, onNoBackup });
  try {
    const socket = join(directory, "takopi.sock");
    const tools = await runTools(directory, socket);
    const worker = new LocalWorker({
      config: () => config,
      engines,
      env,
      home,
      servers: store.liveServers,
      tools,
      log,
    });
    const facts = { ...(await describe(config, env)), startedAt: Date.now() };
    const { name: machine } = machines;
    const station = new Station({
      ...{ machine, machines, worker, jobs: store.workerJobs, facts: () => facts, log, now: () => Date.now() },
      limit: () => config.limits.parallel_runs,
    });
    const control = await openControl(socket, log, (...asked) => station.tools.call(...asked));
    await station.serve(signal);
    await control?.close();
  } finally {
    store.close();
    lock.release();
    log.info({}, "worker.ended");
  }
}

async function describe(config: Config, env: WorkerOptions["env"]) {
  const probes = config.known.map(async (engine) => {
    const { path, version } = await engine.probe({ options: engineOptions(config, engine, undefined), env });
    return path === undefined ? [] : [{ id: engine.id, ...(version !== undefined && { version }) }];
  });
  const host = hostname().slice(0, 200);
  const instance = createHash("sha256").update(`${host}:${config.directory}`).digest("hex").slice(0, 16);
  const projects = [...config.projects.values()].filter(({ machine }) => machine === undefined);
  return {
    ...{ version: readVersion(), host, instance, engines: (await Promise.all(probes)).flat() },
    projects: projects.map(({ alias }) => alias),
  };
}
