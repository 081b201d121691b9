import type { ProcessMark } from "../domain/run.ts";
import type { LiveServer } from "./contract.ts";
import { endLeftovers } from "./stop.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** A server that lives longer than this and then crashes may be started again at once. */
const STEADY_MS = 60_000;
/** Wait after the second crash in a row; doubles with each more. */
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 8000;

/** The part of a server that the pool needs. */
export interface Pooled {
  /** Resolves when it has ended, for whatever reason. */
  readonly gone: Promise<unknown>;
  stop(): Promise<void>;
}

/** A run or an operation that uses a server. */
export interface Use {
  /** Ends this wait; others keep waiting. */
  readonly stopped: AbortSignal;
  /** Called once, as soon as the server's process exists: also while it starts. */
  announce(mark: ProcessMark): void;
}

/** The use by an operation: short, and never stopped. */
export const ALONE: Use = { stopped: new AbortController().signal, announce: () => {} };

/** The use of a server by one run or operation. */
export interface Lease<Server> {
  readonly server: Server;
  /** Names the session that it is used for. */
  name(session: string): void;
  /** Says that the use did not end when asked. True if no use of the server did: then it is retired, and to be killed. */
  giveUp(): boolean;
  /** Safe to call again. */
  release(): void;
  /** Releases it, and ends the server. */
  end(): Promise<void>;
}

interface Entry<Server> {
  readonly starting: Promise<Server>;
  mark: ProcessMark | undefined;
  server: Server | undefined;
  /** ms of a monotonic clock, as all but `since`. */
  readonly startedAtMs: number;
  /** Leases with their sessions, as far as these are known. */
  readonly users: Map<Use, string | undefined>;
  readonly givenUp: Set<Use>;
  /** The session that was last named. */
  last: string | undefined;
  idle: { readonly beganMs: number; readonly since: number } | undefined;
  /** Being ended by the pool. */
  ending: Promise<void> | undefined;
  /** Ending by itself, or by force. */
  dying: Promise<unknown> | undefined;
}

interface Crashes {
  readonly count: number;
  readonly lastAtMs: number;
}

/** Starts a server; `announce` is called as soon as its process exists. */
export type StartServer<Server> = (announce: (mark: ProcessMark) => void) => Promise<Server>;

/** Servers that stay warm between runs, one for each key. */
export class ServerPool<Server extends Pooled> {
  readonly #engine: string;
  readonly #entries = new Map<string, Entry<Server>>();
  readonly #crashes = new Map<string, Crashes>();

  constructor(engine: string) {
    this.#engine = engine;
  }

  /**
   * The server of this key, started if there is none; after crashes in a row only after a while.
   *
   * @throws what `start` throws; `stopped.reason` if that is aborted first.
   */
  async use(key: string, start: StartServer<Server>, { stopped, announce }: Use): Promise<Lease<Server>> {
    for (let end = this.#endOf(key); end !== undefined; end = this.#endOf(key)) {
      await unlessAborted(end, stopped);
    }
    const wait = this.#backoffMs(key);
    if (wait > 0) await unlessAborted(sleep(wait), stopped);
    const entry = this.#entries.get(key) ?? this.#start(key, start);
    const user: Use = { stopped, announce };
    entry.users.set(user, undefined);
    if (entry.mark) announce(entry.mark);
    entry.idle = undefined;
    const release = () => {
      entry.givenUp.delete(user);
      if (!entry.users.delete(user) || entry.users.size > 0) return;
      entry.idle = { beganMs: performance.now(), since: Date.now() };
    };
    const giveUp = () => {
      if (!entry.users.has(user)) return false;
      const isLast = entry.givenUp.add(user).size === entry.users.size;
      if (isLast) entry.dying = entry.server?.gone;
      return isLast;
    };
    try {
      const server = await unlessAborted(entry.starting, stopped);
      const name = (session: string) => {
        if (!entry.users.has(user)) return;
        entry.users.set(user, session);
        entry.last = session;
      };
      const end = () => {
        release();
        return this.#end(key, entry);
      };
      return { server, name, giveUp, release, end };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Gives a server to nobody any more. It is of no use, but has not ended yet, so the next user waits for its end. */
  retire(server: Server): void {
    for (const entry of this.#entries.values()) if (entry.server === server) entry.dying = server.gone;
  }

  servers(): readonly LiveServer[] {
    return [...this.#entries.values()].flatMap(({ mark, users, last, idle }) => {
      if (mark === undefined) return [];
      const busy = [...users.values()].filter((session) => session !== undefined);
      const more = { ...(last !== undefined && { last }), ...(idle && { idleSince: idle.since }) };
      return [{ ...mark, engine: this.#engine, busy, ...more }];
    });
  }

  /** Ends those that nobody has used for longer than this. */
  async reap(idleMs: number): Promise<void> {
    const limit = performance.now() - idleMs;
    const rested = [...this.#entries].filter(([, { idle }]) => idle && idle.beganMs < limit);
    await Promise.all(rested.map(([key, entry]) => this.#end(key, entry)));
  }

  /** Ends the one of these servers, which was idle when it was listed, unless it has a run by now. */
  async endIdle(pid: number): Promise<void> {
    const found = [...this.#entries].find(([, { mark, idle }]) => mark?.pid === pid && idle !== undefined);
    if (found) await this.#end(...found);
  }

  /** Ends the server of this key, if there is one. */
  async end(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry) await this.#end(key, entry);
  }

  /** Ends all; those that are just starting are killed, since they may never be ready to be told. */
  async close(): Promise<void> {
    const end = async ([key, entry]: [string, Entry<Server>]) => {
      const { server, mark } = entry;
      if (server === undefined && mark !== undefined) await endLeftovers(mark.markId ?? "", mark);
      await this.#end(key, entry);
    };
    await Promise.all([...this.#entries].map(end));
  }

  #endOf(key: string): Promise<unknown> | undefined {
    const entry = this.#entries.get(key);
    return entry?.ending ?? entry?.dying;
  }

  #start(key: string, start: StartServer<Server>): Entry<Server> {
    const starting = Promise.resolve().then(() => start((mark) => announce(mark)));
    const entry: Entry<Server> = {
      ...{ starting, server: undefined, mark: undefined, startedAtMs: performance.now(), users: new Map() },
      ...{ givenUp: new Set(), last: undefined, idle: undefined, ending: undefined, dying: undefined },
    };
    const announce = (mark: ProcessMark): void => {
      entry.mark = mark;
      for (const user of entry.users.keys()) user.announce(mark);
    };
    this.#entries.set(key, entry);
    starting.then(
      async (server) => {
        entry.server = server;
        await server.gone;
        if (entry.ending === undefined) this.#crashed(key, entry);
      },
      () => this.#forget(key, entry),
    );
    return entry;
  }

  #crashed(key: string, entry: Entry<Server>): void {
    this.#forget(key, entry);
    const before = performance.now() - entry.startedAtMs < STEADY_MS ? (this.#crashes.get(key)?.count ?? 0) : 0;
    this.#crashes.set(key, { count: before + 1, lastAtMs: performance.now() });
  }

  #backoffMs(key: string): number {
    const { count, lastAtMs } = this.#crashes.get(key) ?? { count: 0, lastAtMs: 0 };
    if (count < 2) return 0;
    return lastAtMs + Math.min(FIRST_BACKOFF_MS * 2 ** (count - 2), MAX_BACKOFF_MS) - performance.now();
  }

  #end(key: string, entry: Entry<Server>): Promise<void> {
    const end = async (): Promise<void> => {
      const server = await entry.starting.catch(() => undefined);
      await server?.stop().finally(() => this.#forget(key, entry));
    };
    entry.ending ??= end();
    return entry.ending;
  }

  #forget(key: string, entry: Entry<Server>): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}

/** Gives the server back after some work. */
export async function withLease<Taken extends Pick<Lease<unknown>, "release">, Result>(
  taking: Promise<Taken>,
  work: (lease: Taken) => Promise<Result>,
): Promise<Result> {
  const lease = await taking;
  try {
    return await work(lease);
  } finally {
    lease.release();
  }
}

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
