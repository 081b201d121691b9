import { engineEnv } from "../../../src/engine/environment.ts";
import type { Slot } from "../../../src/engine/host.ts";
import { type Lease, ServerPool, type Use } from "../../../src/engine/server-pool.ts";
import { EngineError } from "../../../src/errors.ts";
import { explain } from "../failure.ts";
import { CODEX_VARIABLES } from "../probe.ts";
import { type CodexServer, type ServerSetup, serverCommand, startServer } from "./server.ts";

/** One server for each executable with its environment and arguments, for any number of threads. */
const servers: Slot<ServerPool<CodexServer>> = { make: () => new ServerPool("codex") };

/** The server for these options. @throws EngineError with what codex said, or how its server ended. */
export async function takeServer(setup: ServerSetup, use: Use): Promise<Lease<CodexServer>> {
  const { options, env, host } = setup;
  if (options.profile !== undefined) {
    throw new EngineError("Codex's app server knows no profiles: unset `codex.profile`, or `codex.interactive`.");
  }
  const own = engineEnv({ env, patterns: CODEX_VARIABLES, options, cwd: "/" });
  const key = JSON.stringify([serverCommand(options), own]);
  const pool = host.keep(servers);
  const start = async (announce: Use["announce"]): Promise<CodexServer> => {
    const server = await startServer(setup, announce);
    void server.peer.closed.then(() => pool.retire(server));
    return server;
  };
  return pool.use(key, start, use);
}

/** Replaces codex's errors during some work, or the end of its server, by what explains them. */
export async function explained<Result>(
  { peer, gone, explainEnd }: CodexServer,
  work: Promise<Result>,
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (peer.hasClosed()) throw explainEnd(await gone, error);
    if (error instanceof EngineError) throw new EngineError(explain(error.message), { cause: error });
    throw error;
  }
}
