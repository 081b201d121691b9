import { type Lease, ServerPool } from "../../../src/engine/server-pool.ts";
import { planServer, type ServerSetup } from "./launch.ts";
import { type OpencodeServer, startServer } from "./server.ts";

export interface ServerUse {
  readonly lease: Lease<OpencodeServer>;
  /** See `ServerLaunch`. */
  readonly isGuarded: boolean;
}

/** The servers that run now: one for all projects whose options give it the same environment. */
export class Servers extends ServerPool<OpencodeServer> {
  /** @throws EngineError where it cannot be started; `stopped.reason` where that is aborted first. */
  async useFor(setup: ServerSetup, stopped: AbortSignal): Promise<ServerUse> {
    const plan = await planServer(setup);
    return { lease: await this.use(plan.key, () => startServer(plan), stopped), isGuarded: plan.isGuarded };
  }
}
