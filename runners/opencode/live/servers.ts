import type { Slot } from "../../../src/engine/host.ts";
import { type Lease, ServerPool, type Use } from "../../../src/engine/server-pool.ts";
import { firstStarts } from "../first-start.ts";
import { ENGINE } from "../state.ts";
import { planServer, type ServerSetup } from "./launch.ts";
import { type OpencodeServer, startServer } from "./server.ts";

/** One server for all projects whose options give it the same environment. */
const servers: Slot<ServerPool<OpencodeServer>> = { make: () => new ServerPool(ENGINE) };

/** @throws EngineError if it cannot be started; `stopped.reason` if that is aborted first. */
export async function takeServer(setup: ServerSetup, use: Use): Promise<Lease<OpencodeServer>> {
  const plan = await planServer(setup);
  const starts = setup.host.keep(firstStarts);
  return setup.host.keep(servers).use(plan.key, (announce) => startServer(plan, { announce, starts }), use);
}
