import type { SessionUsage } from "../domain/run.ts";
import { knownSession, type StoredRun } from "../store/stored-run.ts";
import type { BridgeOptions } from "./options.ts";

/** The usage of a run's session as its engine tells it; nothing if the engine cannot tell, or its machine is away. */
export async function sessionUsage(
  { engine: id, project, ...run }: StoredRun,
  { worker, engines, log }: BridgeOptions,
): Promise<SessionUsage> {
  const session = knownSession(run);
  if (session === null || !engines.find((one) => one.id === id)?.operations.usage) return {};
  const place = { engine: id, session, overrides: {}, ...(project !== null && { project }) };
  try {
    return (await worker.operate("usage", place)).usage ?? {};
  } catch (err) {
    log.info({ err, engine: id, session }, "usage.untold");
    return {};
  }
}
