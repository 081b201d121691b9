import type { Database, Row } from "./database.ts";

/** A process of an engine that stays warm between runs, as whoever comes after this bridge needs to know it. */
export interface StoredServer {
  readonly engine: string;
  readonly pid: number;
  readonly processStart: string;
  /** All its processes carry this in their environment. */
  readonly markId: string | null;
  /** ms since 1970; null while it has a run. */
  readonly idleSince: number | null;
}

/** The live servers of the bridge that runs, or of the one that was killed. */
export class LiveServers {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  all(): StoredServer[] {
    return this.#database.all<StoredServer & Row>("SELECT * FROM liveServers ORDER BY engine, pid");
  }

  /** These are all there are now. */
  replace(servers: readonly StoredServer[]): void {
    this.#database.transaction(() => {
      this.#database.run("DELETE FROM liveServers");
      for (const { engine, pid, processStart, markId, idleSince } of servers) {
        this.#database.run(
          "INSERT INTO liveServers (engine, pid, processStart, markId, idleSince) VALUES (?, ?, ?, ?, ?)",
          ...[engine, pid, processStart, markId, idleSince],
        );
      }
    });
  }
}
