import { setTimeout as delay } from "node:timers/promises";
import type { LivePooled } from "../../../src/engine/live.ts";
import { eachLine, type LiveProcess, startLiveProcess } from "../../../src/engine/live-process.ts";
import type { Ending } from "../../../src/engine/process.ts";
import type { Use } from "../../../src/engine/server-pool.ts";
import { EngineError } from "../../../src/errors.ts";
import type { Logger } from "../../../src/log.ts";
import { awaitFirstStart, type FirstStarts } from "../first-start.ts";
import { dataDirectory, hasDatabase } from "../places.ts";
import { Client } from "./client.ts";
import { decodeEvent } from "./decode.ts";
import type { ServerLaunch } from "./launch.ts";
import type { LiveEvent } from "./schema.ts";

/** A busy machine takes many times the second that a start usually needs. */
const START_TIMEOUT_MS = 120_000;
/** How long sessions may take to end their commands before their server is ended. */
const ABORT_TIMEOUT_MS = 600;

export type Listener = (event: LiveEvent) => void;

/** One `opencode serve`, for any number of projects. */
export interface OpencodeServer extends LivePooled {
  readonly client: Client;
  readonly gone: Promise<Ending>;
  /** By session: what has been allowed for the rest of it, as `coverage` says it. */
  readonly allowed: Map<string, Set<string>>;
  /** Calls a listener with each event of the server until the returned function is called. */
  watch(session: string, listener: Listener): () => void;
  /** See `ServerLaunch`. */
  readonly isGuarded: boolean;
}

/** @throws EngineError if it does not come up. */
export async function startServer(
  { command, password, env, isGuarded }: ServerLaunch,
  { announce, starts }: { announce: Use["announce"]; starts: FirstStarts },
): Promise<OpencodeServer> {
  const release = await awaitFirstStart(starts, dataDirectory(env), () => hasDatabase(env));
  try {
    const process = await startLiveProcess({ ...command, announce });
    return await connect({ process, password, isGuarded, log: command.log }).catch(async (error: unknown) => {
      await process.kill();
      throw error;
    });
  } finally {
    release?.();
  }
}

interface Connecting {
  readonly process: LiveProcess;
  readonly password: string;
  readonly isGuarded: boolean;
  readonly log: Logger;
}

async function connect({ process, password, isGuarded, log }: Connecting): Promise<OpencodeServer> {
  const port = await withLimit(listeningPort(process));
  const client = new Client({ port, password });
  const listeners = new Map<Listener, string>();
  await withLimit(follow({ process, client, listeners, log }));
  const stop = async (): Promise<void> => {
    const sessions = new Set(listeners.values());
    const aborts = [...sessions].map((id) => client.send({ method: "POST", path: `/session/${id}/abort` }));
    await Promise.race([Promise.allSettled(aborts), delay(ABORT_TIMEOUT_MS)]);
    await process.stop();
    client.close();
  };
  const watch = (session: string, listener: Listener) => {
    listeners.set(listener, session);
    return () => void listeners.delete(listener);
  };
  const kill = () => process.kill();
  return { gone: process.gone, client, isGuarded, allowed: new Map(), watch, kill, stop };
}

/** The port that it says it listens on; its further output is read and thrown away. */
function listeningPort({ stdout, gone }: LiveProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    eachLine(stdout, (line) => {
      const port = /listening on http:\/\/[^\s:]+:(\d+)/u.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    }).catch(reject);
    void gone.then(({ stderr }) => reject(new EngineError("opencode's server did not start.", { stderr })));
  });
}

interface Stream {
  readonly process: LiveProcess;
  readonly client: Client;
  readonly listeners: ReadonlyMap<Listener, string>;
  readonly log: Logger;
}

/** Resolves when events come. Nothing repeats what is missed: a server whose stream breaks off is ended. */
function follow({ process, client, listeners, log }: Stream): Promise<void> {
  const take = (data: string): void => {
    const event = decodeEvent(data, log);
    if (event === undefined) return;
    for (const listener of [...listeners.keys()]) listener(event);
  };
  return new Promise((resolve, reject) => {
    client.listen(take, resolve).then(
      () => process.kill(),
      (error: unknown) => {
        reject(error);
        return process.kill();
      },
    );
  });
}

async function withLimit<Value>(work: Promise<Value>): Promise<Value> {
  const timer = new AbortController();
  const late = delay(START_TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => {
    throw new EngineError(`opencode's server did not come up within ${START_TIMEOUT_MS / 1000} s.`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}
