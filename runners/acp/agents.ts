import type { WorkSetup } from "../../src/engine/contract.ts";
import type { Slot } from "../../src/engine/host.ts";
import { toolsCommand } from "../../src/engine/pass.ts";
import type { Use } from "../../src/engine/server-pool.ts";
import { type Seat, SessionPool } from "../../src/engine/session-pool.ts";
import { type Agent, startAgent } from "./agent.ts";
import type { AcpOptions } from "./options.ts";
import { trustVariables } from "./trust.ts";

export type AcpRequest = WorkSetup & { readonly options: AcpOptions };

/** @throws EngineError if the agent does not start, or has no such session; what `stopped` is aborted with. */
export type TakeAgent = (request: AcpRequest, session: string | undefined, use: Use) => Promise<Seat<Agent>>;

/** The warm agents of one engine, by their sessions. */
export function agentsOf(id: string): TakeAgent {
  const pool: Slot<SessionPool<Agent>> = { make: () => new SessionPool(id) };
  return async (request, session, use) => {
    const { options, env, log, host, cwd } = request;
    const added = trustVariables(id, request);
    const setup = JSON.stringify([options, cwd, added]);
    const args = [...(options.args ?? []), ...(options.extra_args ?? [])];
    const start = (announce: Use["announce"], key: string) =>
      startAgent({
        command: {
          ...{ id, file: options.cmd ?? id, args, cwd, env, options, log, announce, added },
          ...{ patterns: [], stopSignal: "SIGTERM" as const, guard: host.guard },
        },
        ...{ label: id, key, setup, stopped: use.stopped },
        wish: { session, cwd, options, tools: toolsCommand(request.tools, key) },
      });
    return host.keep(pool).take({ session, setup, start }, use);
  };
}
