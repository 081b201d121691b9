import { engineEnv } from "../../../src/engine/environment.ts";
import { type Lease, ServerPool } from "../../../src/engine/server-pool.ts";
import { EngineError } from "../../../src/errors.ts";
import { explain } from "../failure.ts";
import { CODEX_VARIABLES } from "../probe.ts";
import { type CodexServer, type ServerSetup, serverCommand, startServer } from "./server.ts";

/** All servers of this program: one for each executable with its environment and arguments, for any number of threads. */
export const servers = new ServerPool<CodexServer>();

/**
 * Does something with the server for these options.
 *
 * @throws EngineError: what codex said, or how its server ended.
 */
export async function withServer<Result>(
  setup: ServerSetup,
  stopped: AbortSignal,
  use: (lease: Lease<CodexServer>) => Promise<Result>,
): Promise<Result> {
  const { options, env } = setup;
  if (options.profile !== undefined) {
    throw new EngineError("Codex's app server knows no profiles: unset `codex.profile`, or `codex.interactive`.");
  }
  const own = engineEnv({ env, patterns: CODEX_VARIABLES, options, cwd: "/" });
  const key = JSON.stringify([serverCommand(options), own]);
  const lease = await servers.use(key, () => start(setup), stopped);
  try {
    return await use(lease);
  } catch (error) {
    if (lease.server.peer.hasClosed()) throw lease.server.explainEnd(await lease.server.gone, error);
    if (error instanceof EngineError) throw new EngineError(explain(error.message), { cause: error });
    throw error;
  } finally {
    lease.release();
  }
}

async function start(setup: ServerSetup): Promise<CodexServer> {
  const server = await startServer(setup);
  void server.peer.closed.then(() => servers.retire(server));
  return server;
}
