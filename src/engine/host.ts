import type { LiveServer } from "./contract.ts";
import { ExitGuard } from "./exit-guard.ts";
import { endMarkedProcesses } from "./marked.ts";
import { type Pooled, ServerPool } from "./server-pool.ts";

/** Something that an engine keeps between runs; the object itself is its key. */
export interface Slot<Value> {
  readonly make: (host: EngineHost) => Value;
}

/** The engines of one worker share this: warm servers, locks, known sessions. None of it is global. */
export class EngineHost {
  readonly guard: ExitGuard;
  readonly #kept = new Map<Slot<unknown>, unknown>();

  /** @param owner see `ExitGuard`. */
  constructor(owner?: string) {
    this.guard = new ExitGuard(owner);
  }

  /** The value that the host keeps, made at the first call. */
  keep<Value>(slot: Slot<Value>): Value {
    if (!this.#kept.has(slot)) this.#kept.set(slot, slot.make(this));
    return this.#kept.get(slot) as Value;
  }

  servers(): readonly LiveServer[] {
    return this.#pools().flatMap((pool) => pool.servers());
  }

  /** Ends servers that have had no run for longer than `idleMs`, ms. */
  async reap(idleMs: number): Promise<void> {
    await Promise.all(this.#pools().map((pool) => pool.reap(idleMs)));
  }

  /** Ends idle servers, those idle for longest first, until there are no more than `most`, or none is idle. */
  async limit(most: number): Promise<void> {
    const servers = this.servers();
    const idle = servers.filter((one): one is LiveServer & { idleSince: number } => one.idleSince !== undefined);
    const ended = idle.sort((a, b) => a.idleSince - b.idleSince).slice(0, Math.max(0, servers.length - most));
    await Promise.all(ended.flatMap(({ pid }) => this.#pools().map((pool) => pool.endIdle(pid))));
  }

  /** Ends the idle server that served this session last; false if there is none. */
  async endIdle(engine: string, session: string): Promise<boolean> {
    const isIt = (one: LiveServer) => one.engine === engine && one.last === session && one.idleSince !== undefined;
    const found = this.servers().find(isIt);
    if (found) await Promise.all(this.#pools().map((pool) => pool.endIdle(found.pid)));
    return found !== undefined;
  }

  /** Ends all servers in their own clean way, then by force. Resolves when none of their processes lives. */
  async close(): Promise<void> {
    await Promise.all(this.#pools().map((pool) => pool.close()));
  }

  /** Kills the live processes of a host of the same owner that is gone. Call it before any starts here. */
  async endLost(): Promise<void> {
    await endMarkedProcesses(this.guard.livePrefix, { isPrefix: true });
  }

  /** Kills all that runs, now. */
  endNow(): void {
    this.guard.endNow();
  }

  #pools(): ServerPool<Pooled>[] {
    return [...this.#kept.values()].filter((kept) => kept instanceof ServerPool);
  }
}
