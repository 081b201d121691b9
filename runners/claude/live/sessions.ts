import { randomUUID } from "node:crypto";
import type { ProcessMark } from "../../../src/domain/run.ts";
import type { WorkSetup } from "../../../src/engine/contract.ts";
import type { Slot } from "../../../src/engine/host.ts";
import { toolsCommand } from "../../../src/engine/pass.ts";
import { type Lease, ServerPool, type Use } from "../../../src/engine/server-pool.ts";
import { CLAUDE_VARIABLES, type ClaudeOptions, toArguments, UNKEPT, variablesOf } from "../options.ts";
import { findSession } from "../sessions.ts";
import { ENGINE } from "../state.ts";
import { trustArguments } from "../trust.ts";
import { type ClaudeServer, type ServerLaunch, startServer } from "./server.ts";

export type ClaudeRequest = WorkSetup & { readonly options: ClaudeOptions };

const pool: Slot<ServerPool<ClaudeServer>> = { make: () => new ServerPool(ENGINE) };

/**
 * The claude of a session, or of a new one; started if none is warm, or if the warm one would not know what happened to
 * its session since.
 *
 * @throws EngineError if there is no such session, or claude does not start; what `stopped` is aborted with.
 */
export async function takeServer(
  request: ClaudeRequest,
  session: string | undefined,
  use: Use,
): Promise<Lease<ClaudeServer>> {
  const servers = request.host.keep(pool);
  const id = session ?? randomUUID();
  const flags = [
    ...toArguments(request.options, "live", toolsCommand(request.tools, id)),
    ...trustArguments(request.cwd, request.trusted, request.options),
  ];
  const setup = JSON.stringify([flags, request.options, request.cwd]);
  const start = async (announce: (mark: ProcessMark) => void) => {
    const args = await sessionArguments(request, id, session === undefined);
    return startServer(toLaunch({ request, setup, args: [...flags, ...args], id, stopped: use.stopped, announce }));
  };
  const lease = await servers.use(id, start, use);
  lease.name(id);
  if (!(await lease.server.isOutdated(setup))) return lease;
  await lease.end();
  const fresh = await servers.use(id, start, use);
  fresh.name(id);
  return fresh;
}

async function sessionArguments(request: ClaudeRequest, id: string, isNew: boolean): Promise<readonly string[]> {
  if (isNew) return [`--session-id=${id}`, ...(request.options.ephemeral ? [UNKEPT] : [])];
  await findSession(id, request);
  return [`--resume=${id}`];
}

interface Start {
  readonly request: ClaudeRequest;
  readonly setup: string;
  readonly args: readonly string[];
  readonly id: string;
  readonly stopped: AbortSignal;
  announce(mark: ProcessMark): void;
}

function toLaunch({ request, setup, args, id, stopped, announce }: Start): ServerLaunch {
  const { options, env, log, host, cwd } = request;
  return {
    command: {
      ...{ id: ENGINE, file: options.cmd ?? ENGINE, args, cwd, env, options, log, announce },
      ...{ patterns: CLAUDE_VARIABLES, added: variablesOf(options, env), stopSignal: "SIGTERM", guard: host.guard },
    },
    ...{ session: id, setup, stopped },
    saved: () => findSession(id, request).catch(() => undefined),
  };
}
