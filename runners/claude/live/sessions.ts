import { randomUUID } from "node:crypto";
import type { WorkSetup } from "../../../src/engine/contract.ts";
import type { Slot } from "../../../src/engine/host.ts";
import { toolsCommand } from "../../../src/engine/pass.ts";
import type { Use } from "../../../src/engine/server-pool.ts";
import { type Seat, SessionPool } from "../../../src/engine/session-pool.ts";
import { CLAUDE_VARIABLES, type ClaudeOptions, toArguments, UNKEPT, variablesOf } from "../options.ts";
import { findSession } from "../sessions.ts";
import { ENGINE } from "../state.ts";
import { trustArguments } from "../trust.ts";
import { type ClaudeServer, startServer } from "./server.ts";

export type ClaudeRequest = WorkSetup & { readonly options: ClaudeOptions };

const pool: Slot<SessionPool<ClaudeServer>> = { make: () => new SessionPool(ENGINE) };

/** @throws EngineError if there is no such session, or claude does not start; what `stopped` is aborted with. */
export function takeServer(request: ClaudeRequest, session: string | undefined, use: Use): Promise<Seat<ClaudeServer>> {
  const { options, env, log, host, cwd } = request;
  const id = session ?? randomUUID();
  const flags = [
    ...toArguments(options, "live", toolsCommand(request.tools, id)),
    ...trustArguments(cwd, request.trusted, options),
  ];
  const setup = JSON.stringify([flags, options, cwd]);
  const start = async (announce: Use["announce"]) => {
    const args = [...flags, ...(await sessionArguments(request, id, session === undefined))];
    const command = {
      ...{ id: ENGINE, file: options.cmd ?? ENGINE, args, cwd, env, options, log, announce, guard: host.guard },
      ...{ patterns: CLAUDE_VARIABLES, added: variablesOf(options, env), stopSignal: "SIGTERM" as const },
    };
    const saved = () => findSession(id, request).catch(() => undefined);
    return startServer({ command, session: id, setup, stopped: use.stopped, saved });
  };
  return host.keep(pool).take({ session: id, setup, start }, use);
}

async function sessionArguments(request: ClaudeRequest, id: string, isNew: boolean): Promise<readonly string[]> {
  if (isNew) return [`--session-id=${id}`, ...(request.options.ephemeral ? [UNKEPT] : [])];
  await findSession(id, request);
  return [`--resume=${id}`];
}
