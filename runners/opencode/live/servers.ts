import type { EngineHost, Slot } from "../../../src/engine/host.ts";
import { type Lease, ServerPool, type Use } from "../../../src/engine/server-pool.ts";
import { firstStarts } from "../first-start.ts";
import { ENGINE } from "../state.ts";
import { planServer, type ServerSetup } from "./launch.ts";
import { type OpencodeServer, startServer } from "./server.ts";

/** One server for all projects whose options give it the same environment; with takopi's tools, one for each session. */
const servers: Slot<ServerPool<OpencodeServer>> = { make: () => new ServerPool(ENGINE) };

/** @throws EngineError if it cannot be started; `stopped.reason` if that is aborted first. */
export async function takeServer(setup: ServerSetup, use: Use): Promise<Lease<OpencodeServer>> {
  const plan = await planServer(setup);
  const starts = setup.host.keep(firstStarts);
  return setup.host.keep(servers).use(plan.key, (announce) => startServer(plan, { announce, starts }), use);
}

/** From a session with takopi's own tools to the name of its pass: its server's tools are told of no session. */
const toolsKeys: Slot<Map<string, string>> = { make: () => new Map() };

export const toolsKeyOf = (host: EngineHost, session = ""): string | undefined => host.keep(toolsKeys).get(session);

/** Lets the session keep its server while that lives. */
export function keepToolsKey(host: EngineHost, { session, key, gone }: KeptKey): void {
  const keys = host.keep(toolsKeys);
  if (keys.get(session) === key) return;
  keys.set(session, key);
  void gone.then(() => keys.get(session) === key && keys.delete(session));
}

interface KeptKey extends Pick<OpencodeServer, "gone"> {
  readonly session: string;
  readonly key: string;
}
