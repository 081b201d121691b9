import { randomUUID } from "node:crypto";
import type { WorkSetup } from "../../src/engine/contract.ts";
import type { EngineHost, Slot } from "../../src/engine/host.ts";
import { toolsCommand } from "../../src/engine/pass.ts";
import { type Lease, ServerPool, type Use } from "../../src/engine/server-pool.ts";
import { type Agent, startAgent } from "./agent.ts";
import type { AcpOptions } from "./options.ts";
import { trustVariables } from "./trust.ts";

export type AcpRequest = WorkSetup & { readonly options: AcpOptions };

interface Kept {
  readonly pool: ServerPool<Agent>;
  /** From a session to the pool's key of the process that has it. */
  readonly keys: Map<string, string>;
}

export interface Seat extends Lease<Agent> {
  /** Ends the agent. */
  end(): Promise<void>;
}

/** The warm agents of one engine, by their sessions. */
export class Agents {
  readonly #id: string;
  readonly #pool: Slot<ServerPool<Agent>>;
  readonly #kept: Slot<Kept>;

  constructor(id: string) {
    this.#id = id;
    this.#pool = { make: () => new ServerPool(id) };
    this.#kept = { make: (host: EngineHost) => ({ pool: host.keep(this.#pool), keys: new Map() }) };
  }

  /** @throws EngineError if the agent does not start, or has no such session; what `stopped` is aborted with. */
  async take(request: AcpRequest, session: string | undefined, use: Use): Promise<Seat> {
    const { options, cwd } = request;
    const added = trustVariables(this.#id, request);
    const setup = JSON.stringify([options, cwd, added]);
    const seat = await this.#use(request, { session, use, setup, added });
    if (!seat.server.isOutdated(setup)) return seat;
    await seat.end();
    return this.#use(request, { session, use, setup, added });
  }

  async #use(request: AcpRequest, start: Start): Promise<Seat> {
    const { pool, keys } = request.host.keep(this.#kept);
    const { session, use } = start;
    const key = (session !== undefined && keys.get(session)) || randomUUID();
    if (session !== undefined) keys.set(session, key);
    const forget = (): void => {
      for (const [known, its] of keys) if (its === key) keys.delete(known);
    };
    try {
      const lease = await pool.use(
        key,
        (announce) => startAgent(this.#toLaunch(request, { ...start, announce, key })),
        use,
      );
      const { server } = lease;
      keys.set(server.session, key);
      lease.name(server.session);
      void server.gone.then(forget);
      return { ...lease, end: () => pool.end(key) };
    } catch (error) {
      await pool.end(key);
      forget();
      throw error;
    }
  }

  #toLaunch(request: AcpRequest, { session, setup, use, added, announce, key }: Begun) {
    const { options, env, log, host, cwd } = request;
    const args = [...(options.args ?? []), ...(options.extra_args ?? [])];
    return {
      command: {
        ...{ id: this.#id, file: options.cmd ?? this.#id, args, cwd, env, options, log, announce, added },
        ...{ patterns: [], stopSignal: "SIGTERM" as const, guard: host.guard },
      },
      ...{ label: this.#id, key, setup, stopped: use.stopped },
      wish: { session, cwd, options, tools: toolsCommand(request.tools, key) },
    };
  }
}

interface Start {
  readonly session: string | undefined;
  readonly use: Use;
  readonly setup: string;
  readonly added: Readonly<Record<string, string>>;
}

interface Begun extends Start, Pick<Use, "announce"> {
  readonly key: string;
}
