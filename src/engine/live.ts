import type { Ability } from "../domain/run.ts";
import type { Operations, RunRequest } from "./contract.ts";
import type { Driver, RunContext } from "./driver.ts";
import type { EngineOptions } from "./options.ts";
import type { Lease, Pooled, Use } from "./server-pool.ts";
import type { AddTap } from "./tap.ts";

/** The operations of an engine, with its own options read. */
export type OwnOperations<Options> = {
  [Name in keyof Operations]: NonNullable<Operations[Name]> extends (
    first: infer First,
    ...rest: infer Rest
  ) => infer Result
    ? (request: First & { readonly options: Options }, ...rest: Rest) => Result
    : never;
};

/** The two-way side of an engine: the same sessions, over servers that stay warm between runs. */
export interface LiveEngine<Options extends EngineOptions> {
  readonly can: readonly Ability[];
  readonly operations: OwnOperations<Options>;
  drive(request: RunRequest & { readonly options: Options }): Driver;
}

/** The engine's own part in one run over a pooled server. */
export interface LiveWork<Server extends LivePooled> {
  /** The server for this run; see `ServerPool.use`. */
  lease(use: Use): Promise<Lease<Server>>;
  /**
   * Plays the turn to its end, from `started` to `completed`. Calls `ready` when the turn takes commands. When the run
   * is stopped, ends the turn with its commands.
   */
  play(lease: Lease<Server>, context: RunContext): Promise<void>;
  /** Ends what it can of the run if others still use the server. */
  endCommands?(): Promise<void>;
}

export interface LivePooled extends Pooled {
  /** Has all that goes to and from it told. */
  readonly tap: AddTap;
  /** Ends it without asking. */
  kill(): Promise<void>;
}

/** Drives a run over a pooled server: takes the server, announces it, and gives it back. */
export function liveDriver<Server extends LivePooled>(work: LiveWork<Server>): Driver {
  let lease: Lease<Server> | undefined;
  return {
    drive: async (context) => {
      lease = await work.lease({ stopped: context.stopped, announce: (mark) => context.announce(mark) });
      const untap = context.tap && lease.server.tap(context.tap);
      try {
        await work.play(lease, context);
      } finally {
        untap?.();
        lease.release();
      }
    },
    force: async () => {
      if (lease?.giveUp()) await lease.server.kill();
      else await work.endCommands?.();
    },
  };
}
