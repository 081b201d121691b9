import { BOUNDS } from "../../../src/bounds.ts";
import type { LivePooled } from "../../../src/engine/live.ts";
import { eachLine, type LiveProcess, shakeHands, startLiveProcess } from "../../../src/engine/live-process.ts";
import type { Ending } from "../../../src/engine/process.ts";
import type { Use } from "../../../src/engine/server-pool.ts";
import { EngineError } from "../../../src/errors.ts";
import { awaitFirstStart, type FirstStarts } from "../first-start.ts";
import { dataDirectory, hasDatabase } from "../places.ts";
import { Client } from "./client.ts";
import { EventFeed } from "./feed.ts";
import type { ServerLaunch } from "./launch.ts";

/** One `opencode serve`, for any number of projects. */
export interface OpencodeServer extends LivePooled {
  readonly client: Client;
  readonly gone: Promise<Ending>;
  /** By session: what has been allowed for the rest of it, as `coverage` says it. */
  readonly allowed: Map<string, Set<string>>;
  readonly feed: EventFeed;
  /** See `ServerLaunch`. */
  readonly isGuarded: boolean;
}

/** @throws EngineError if it does not come up. */
export async function startServer(
  plan: ServerLaunch,
  { announce, starts }: { announce: Use["announce"]; starts: FirstStarts },
): Promise<OpencodeServer> {
  const { command, env } = plan;
  const release = await awaitFirstStart(starts, dataDirectory(env), () => hasDatabase(env));
  try {
    const process = await startLiveProcess({ ...command, announce });
    return await shakeHands({
      process,
      label: "opencode",
      hello: () => connect(process, plan),
      explain: ({ stderr }) => new EngineError("opencode's server did not start.", { stderr }),
      hasClosed: () => process.hasExited(),
    });
  } finally {
    release?.();
  }
}

async function connect(
  process: LiveProcess,
  { command: { log }, password, isGuarded }: ServerLaunch,
): Promise<OpencodeServer> {
  const port = await listeningPort(process);
  const client = new Client({ port, password });
  const feed = new EventFeed({ client, process, log });
  await feed.open();
  const stop = async (): Promise<void> => {
    // Sessions end their commands before their server is ended.
    const aborts = [...feed.sessions].map((id) =>
      client.send({ method: "POST", path: `/session/${id}/abort`, limitMs: BOUNDS.liveServer.abortMs }),
    );
    await Promise.allSettled(aborts);
    await process.stop();
    client.close();
  };
  const { gone, kill } = process;
  return { gone, client, isGuarded, allowed: new Map(), feed, tap: client.tap, kill, stop };
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
