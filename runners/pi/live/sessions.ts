import type { WorkSetup } from "../../../src/engine/contract.ts";
import type { Slot } from "../../../src/engine/host.ts";
import { toolsCommand } from "../../../src/engine/pass.ts";
import type { Use } from "../../../src/engine/server-pool.ts";
import { type Seat, SessionPool } from "../../../src/engine/session-pool.ts";
import { resumeFlag } from "../omp.ts";
import { type PiOptions, toArguments, UNKEPT } from "../options.ts";
import { PI_VARIABLES } from "../probe.ts";
import { findSession } from "../session-file.ts";
import { findPlaces } from "../session-places.ts";
import { ENGINE } from "../state.ts";
import { toolsOf } from "../tools.ts";
import { trustOf } from "../trust.ts";
import { gateArguments } from "./gate.ts";
import { type PiServer, startServer } from "./server.ts";

/** A run's or an operation's request for a pi. */
export type PiRequest = WorkSetup & { readonly options: PiOptions };

const pool: Slot<SessionPool<PiServer>> = { make: () => new SessionPool(ENGINE) };

/** @throws EngineError if there is no such session, or pi does not start; what `stopped` is aborted with. */
export async function takeServer(request: PiRequest, session: string | undefined, use: Use): Promise<Seat<PiServer>> {
  const { options, env, log, host, cwd } = request;
  const places = await findPlaces(request, cwd);
  // pi takes `~` for a name, and on a resume the path would be looked for from the session's own directory.
  const own = options.session_dir ? { ...options, session_dir: places.own } : options;
  const flags = [...toArguments(own, "live"), ...gateArguments(own)];
  const setup = JSON.stringify([flags, options, request.trusted && cwd]);
  const servers = host.keep(pool);
  // A session is saved only after its first answer, but its warm pi knows it before that.
  const isKnown = session === undefined || servers.knows(session);
  const id = isKnown ? session : (await findSession(session, places)).id;
  const start = async (announce: Use["announce"], key: string) => {
    const saved = id === undefined ? undefined : await findSession(id, places);
    const trust = await trustOf(request, saved?.cwd ?? cwd, places);
    const tools = toolsOf(toolsCommand(request.tools, key));
    const resumed = saved ? [resumeFlag(options.cmd), saved.path] : options.ephemeral ? [UNKEPT] : [];
    const args = [...flags, ...resumed, ...(options.extra_args ?? []), ...trust.args, ...tools.args];
    const command = {
      ...{ id: ENGINE, file: options.cmd ?? ENGINE, args, cwd: saved?.cwd ?? cwd, env, options, log, announce },
      ...{ patterns: PI_VARIABLES, stopSignal: "SIGTERM" as const, guard: host.guard },
      added: { CI: "1", ...options.env, ...trust.env, ...tools.env },
    };
    return startServer({ command, options: setup, key, session: saved?.id, stopped: use.stopped });
  };
  return servers.take({ session: id, setup, start }, use);
}
