import { MS_PER_MINUTE } from "../domain/time.ts";
import { endLeftovers } from "../engine/stop.ts";
import type { StoredServer } from "../store/live-servers.ts";
import type { BridgeParts } from "./parts.ts";

/** How often it is looked which servers there are, and which have been idle for too long. */
const LOOK_MS = 1_000;

type Parts = Pick<BridgeParts, "host" | "config" | "store" | "log">;

/** Watches over the warm servers of all engines. */
export interface ServerWatch {
  /** Ends all servers. Resolves when none of their processes lives. */
  close(): Promise<void>;
}

/**
 * Ends servers that had no run for `limits.idle_minutes`, and keeps in the store which there are, for
 * `doctor --running` and for the start after a kill.
 */
export function watchServers(parts: Parts): ServerWatch {
  const { host, config, log } = parts;
  const failed = (err: unknown) => log.error({ err }, "server.not_ended");
  const keep = keepServers(parts);
  const look = () => {
    keep();
    host.reap(config().limits.idle_minutes * MS_PER_MINUTE).catch(failed);
  };
  const timer = setInterval(look, LOOK_MS).unref();
  return {
    close: async () => {
      clearInterval(timer);
      await host.close().catch(failed);
      keep();
    },
  };
}

/** Stores the servers whenever they have changed. */
function keepServers({ host, store, log }: Parts): () => void {
  let kept = "[]";
  return () => {
    const servers = host.servers().map(
      ({ engine, pid, startTime, markId = null, idleSince = null }): StoredServer => ({
        ...{ engine, pid, processStart: startTime, markId, idleSince },
      }),
    );
    const found = JSON.stringify(servers);
    if (found === kept) return;
    try {
      store.liveServers.replace(servers);
      kept = found;
    } catch (error) {
      log.error({ err: error }, "server.not_kept");
    }
  };
}

/** Ends the servers that a bridge which was killed left, with what runs below them. */
export async function endLostServers({ store, log }: Pick<Parts, "store" | "log">): Promise<void> {
  const lost = store.liveServers.all();
  await Promise.all(
    lost.map(({ pid, processStart, markId }) => endLeftovers(markId ?? "", { pid, startTime: processStart })),
  );
  if (lost.length > 0) log.info({ servers: lost.length }, "server.lost_ended");
  store.liveServers.replace([]);
}
