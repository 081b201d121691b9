import { randomUUID } from "node:crypto";
import type { LivePooled } from "./live.ts";
import { type Lease, ServerPool, type Use, withLease } from "./server-pool.ts";
import { atWork } from "./session-server.ts";

/** A warm process that serves one session at a time. */
export interface SessionPooled extends LivePooled {
  /** The engine's own name, for people. */
  readonly label: string;
  readonly session: string;
  isClaimed(): boolean;
  /** @throws EngineError if it is used already. */
  claim<Result>(use: () => Promise<Result>): Promise<Result>;
  /** Whether it would not know what happened to its session since, or has other options than these. */
  isOutdated(setup: string): boolean | Promise<boolean>;
}

export interface SessionPlan<Server> {
  /** The session to continue; absent for a new one. */
  readonly session: string | undefined;
  /** Its options. */
  readonly setup: string;
  /** @param key Names the process, for its pass. */
  start(announce: Use["announce"], key: string): Promise<Server>;
}

/** The use of a process by one run or operation. */
export interface Seat<Server> extends Lease<Server> {
  /** To be called when the process has gone over to another session. */
  moved(): void;
}

/** Warm processes by their sessions. */
export class SessionPool<Server extends SessionPooled> extends ServerPool<Server> {
  /** From a session to the key of the process that has it. */
  readonly #keys = new Map<string, string>();

  /** Whether a warm process has it. */
  knows(session: string): boolean {
    return this.#keys.has(session);
  }

  /**
   * The process of a session, or one of a new session; started if none is warm, or if the warm one is outdated.
   *
   * @throws EngineError if it is at work; what `start` throws; what `stopped` of the use is aborted with.
   */
  async take(plan: SessionPlan<Server>, use: Use): Promise<Seat<Server>> {
    const seat = await this.#seat(plan, use);
    const { server } = seat;
    if (server.isClaimed()) {
      seat.release();
      throw atWork(server.label);
    }
    if (!(await server.isOutdated(plan.setup))) return seat;
    await seat.end();
    return this.#seat(plan, use);
  }

  async #seat({ session, start }: SessionPlan<Server>, use: Use): Promise<Seat<Server>> {
    const key = (session !== undefined && this.#keys.get(session)) || randomUUID();
    if (session !== undefined) this.#keys.set(session, key);
    try {
      const lease = await this.use(key, (announce) => start(announce, key), use);
      const { server } = lease;
      void server.gone.then(() => this.#forgetKey(key));
      const moved = (): void => {
        this.#forgetKey(key);
        this.#keys.set(server.session, key);
        lease.name(server.session);
      };
      moved();
      return { ...lease, moved };
    } catch (error) {
      // Nobody could use a start that nobody waits for any more.
      await this.end(key);
      this.#forgetKey(key);
      throw error;
    }
  }

  #forgetKey(key: string): void {
    for (const [session, known] of this.#keys) if (known === key) this.#keys.delete(session);
  }
}

/** Uses the process of a session between its runs. */
export const onSession = <Server extends SessionPooled, Result>(
  taking: Promise<Seat<Server>>,
  act: (seat: Seat<Server>) => Promise<Result>,
): Promise<Result> => withLease(taking, (seat) => seat.server.claim(() => act(seat)));

/** Asks a process that is started for this alone. */
export async function aside<Server extends SessionPooled, Result>(
  taking: Promise<Seat<Server>>,
  ask: (server: Server) => Promise<Result>,
): Promise<Result> {
  const { server, end } = await taking;
  try {
    return await ask(server);
  } finally {
    await end();
  }
}
