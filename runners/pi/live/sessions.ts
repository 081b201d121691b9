import type { WorkSetup } from "../../../src/engine/contract.ts";
import type { EngineHost, Slot } from "../../../src/engine/host.ts";
import { toolsCommand } from "../../../src/engine/pass.ts";
import { type Lease, ServerPool, type Use } from "../../../src/engine/server-pool.ts";
import { atWork } from "../../../src/engine/session-server.ts";
import { resumeFlag } from "../omp.ts";
import { type PiOptions, toArguments, UNKEPT } from "../options.ts";
import { PI_VARIABLES } from "../probe.ts";
import { findSession, type SessionFile } from "../session-file.ts";
import { findPlaces, type SessionPlaces } from "../session-places.ts";
import { ENGINE } from "../state.ts";
import { toolsOf } from "../tools.ts";
import { type PiTrust, trustOf } from "../trust.ts";
import { gateArguments } from "./gate.ts";
import { type PiServer, type ServerLaunch, startServer } from "./server.ts";

/** A run's or an operation's request for a pi. */
export type PiRequest = WorkSetup & { readonly options: PiOptions };

/** The use of a warm pi by one run or operation. */
export interface Seat extends Lease<PiServer> {
  /** To be called when a command has made pi change its session. */
  moved(): void;
}

const pools: Slot<ServerPool<PiServer>> = { make: () => new ServerPool(ENGINE) };
const slot: Slot<PiSessions> = { make: (host) => new PiSessions(host.keep(pools)) };

export const sessionsOf = (host: EngineHost): PiSessions => host.keep(slot);

/** The warm pis by their sessions. */
export class PiSessions {
  readonly #pool: ServerPool<PiServer>;
  /** From a session's id to the pool's key of the server that has it. */
  readonly #keys = new Map<string, string>();
  #count = 0;

  constructor(pool: ServerPool<PiServer>) {
    this.#pool = pool;
  }

  /**
   * The pi of the request's session, or one of a new session; started if none is warm, and if the warm one would
   * not know what happened to its session since.
   *
   * @throws EngineError if there is no such session, or pi does not start; what `stopped` is aborted with.
   */
  async take(request: PiRequest, session: string | undefined, use: Use): Promise<Seat> {
    const places = await findPlaces(request, request.cwd);
    const { options } = request;
    // pi takes `~` for a name, and on a resume the path would be looked for from the session's own directory.
    const own = options.session_dir ? { ...options, session_dir: places.own } : options;
    const flags = [...toArguments(own, "live"), ...gateArguments(own)];
    const setup = JSON.stringify([flags, options, request.trusted && request.cwd]);
    const start = { request, places, flags, use, setup };
    // A session is saved only after its first answer, but its warm pi knows it before that.
    const isKnown = session === undefined || this.#keys.has(session);
    const id = isKnown ? session : (await findSession(session, places)).id;
    const seat = await this.#use(id, start);
    if (seat.server.isClaimed()) {
      seat.release();
      throw atWork(ENGINE);
    }
    if (!(await seat.server.isOutdated(start.setup))) return seat;
    await seat.end();
    return this.#use(id, start);
  }

  async #use(id: string | undefined, start: Start): Promise<Seat> {
    this.#count += 1;
    const key = (id !== undefined && this.#keys.get(id)) || `pi-${this.#count}`;
    if (id !== undefined) this.#keys.set(id, key);
    try {
      const lease = await this.#pool.use(key, (announce) => this.#start(key, id, { ...start, announce }), start.use);
      const { server } = lease;
      const moved = (): void => {
        this.#forget(key);
        this.#keys.set(server.session.id, key);
        lease.name(server.session.id);
      };
      moved();
      return { ...lease, moved };
    } catch (error) {
      // Nobody could use a start that nobody waits for any more.
      await this.#pool.end(key);
      this.#forget(key);
      throw error;
    }
  }

  async #start(key: string, id: string | undefined, start: Start & Pick<Use, "announce">): Promise<PiServer> {
    const session = id === undefined ? undefined : await findSession(id, start.places);
    const { request, places } = start;
    const trust = await trustOf(request, session?.cwd ?? request.cwd, places);
    const server = await startServer(toLaunch({ ...start, key, trust }, session));
    void server.gone.then(() => this.#forget(key));
    return server;
  }

  #forget(key: string): void {
    for (const [session, known] of this.#keys) if (known === key) this.#keys.delete(session);
  }
}

interface Start {
  readonly request: PiRequest;
  readonly places: SessionPlaces;
  readonly flags: readonly string[];
  readonly setup: string;
  readonly use: Use;
}

interface Begun extends Start {
  /** Of the pool, and the name of the pass of takopi's own tools. */
  readonly key: string;
  readonly announce: Use["announce"];
  readonly trust: PiTrust;
}

function toLaunch(start: Begun, session: SessionFile | undefined): ServerLaunch {
  const { request, flags, setup, use, announce, trust, key } = start;
  const { options, env, log, host } = request;
  const tools = toolsOf(toolsCommand(request.tools, key));
  const resumed = session ? [resumeFlag(options.cmd), session.path] : options.ephemeral ? [UNKEPT] : [];
  const args = [...flags, ...resumed, ...(options.extra_args ?? []), ...trust.args, ...tools.args];
  return {
    command: {
      ...{ id: ENGINE, file: options.cmd ?? ENGINE, args, cwd: session?.cwd ?? request.cwd, env, options, log },
      ...{
        patterns: PI_VARIABLES,
        added: { CI: "1", ...options.env, ...trust.env, ...tools.env },
        stopSignal: "SIGTERM",
      },
      ...{ guard: host.guard, announce },
    },
    options: setup,
    key,
    session: session?.id,
    stopped: use.stopped,
  };
}
