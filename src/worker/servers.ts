import type { Config } from "../config/config.ts";
import { MS_PER_MINUTE } from "../domain/time.ts";
import type { EngineHost } from "../engine/host.ts";
import { endLeftovers } from "../engine/stop.ts";
import type { Logger } from "../log.ts";
import type { LiveServers, StoredServer } from "../store/live-servers.ts";

/** How often the list of servers is stored, and idle ones are looked for. */
const LOOK_MS = 1_000;

export interface WarmServersOptions {
  readonly config: () => Config;
  readonly host: EngineHost;
  /** For `doctor --running`, and for the start after a kill. */
  readonly kept: Pick<LiveServers, "all" | "replace">;
  readonly log: Logger;
}

/**
 * The warm servers of all engines: ends those that had no run for `limits.idle_minutes` or are more than
 * `limits.live_sessions`, and keeps their list.
 */
export class WarmServers {
  readonly #options: WarmServersOptions;
  #kept = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WarmServersOptions) {
    this.#options = options;
  }

  /** Ends the servers that a killed bridge left, with what runs below them, and watches over new ones. */
  async recover(): Promise<void> {
    const { kept, log } = this.#options;
    const lost = kept.all();
    const end = ({ pid, processStart, markId }: StoredServer) =>
      endLeftovers(markId ?? "", { pid, startTime: processStart });
    await Promise.all(lost.map(end));
    if (lost.length > 0) log.info({ servers: lost.length }, "server.lost_ended");
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
    this.#keep();
  }

  /** Ends all. Resolves when none of their processes lives. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#options.host.close().catch((error: unknown) => this.#failed(error));
    this.#keep();
  }

  #look(): void {
    this.#keep();
    const { host, config } = this.#options;
    const { idle_minutes: minutes, live_sessions: most } = config().limits;
    const ending = [
      ...(minutes === "never" ? [] : [host.reap(minutes * MS_PER_MINUTE)]),
      ...(most === undefined ? [] : [host.limit(most)]),
    ];
    Promise.all(ending).catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    this.#options.log.error({ err: error }, "server.not_ended");
  }

  /** Stores the list if it has changed. */
  #keep(): void {
    const { host, kept, log } = this.#options;
    const servers = host.servers().map(
      ({ engine, pid, startTime, markId = null, idleSince = null }): StoredServer => ({
        ...{ engine, pid, processStart: startTime, markId, idleSince },
      }),
    );
    const found = JSON.stringify(servers);
    if (found === this.#kept) return;
    try {
      kept.replace(servers);
      this.#kept = found;
    } catch (error) {
      log.error({ err: error }, "server.not_kept");
    }
  }
}
