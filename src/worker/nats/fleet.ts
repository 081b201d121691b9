import { BOUNDS } from "../../bounds.ts";
import type { MachinesTable } from "../../config/machines.ts";
import { atMost } from "../../domain/at-most.ts";
import type { Logger } from "../../log.ts";
import { openPost, type Post } from "./post.ts";
import { RollCall } from "./presence.ts";
import { RemoteWorker } from "./remote.ts";
import type { CallTool } from "./tool-answers.ts";

export interface FleetOptions {
  readonly machines: MachinesTable;
  /** The machines of the config as it is now. */
  readonly names: () => ReadonlySet<string>;
  readonly log: Logger;
  readonly now: () => number;
  readonly callTool?: CallTool | undefined;
}

/** The workers of other machines, as the bridge has them. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #post: Post;
  readonly #roll: RollCall;
  readonly #workers = new Map<string, RemoteWorker>();
  readonly #laid = new Set<string>();

  /** @throws ConfigError if the key or the certificate cannot be read. */
  constructor(options: FleetOptions) {
    this.#options = options;
    const { machines, log } = options;
    this.#post = openPost({ machines, as: "bridge", log, onUp: (post) => this.#lay(post) });
    this.#roll = new RollCall({ ...this.#post, ...options });
  }

  get roll(): RollCall {
    return this.#roll;
  }

  worker(machine: string): RemoteWorker {
    const known = this.#workers.get(machine);
    if (known) return known;
    const made = new RemoteWorker({ machine, post: this.#post, roll: this.#roll, callTool: this.#options.callTool });
    this.#workers.set(machine, made);
    // The config has named it since the broker came up.
    if (!this.#laid.has(machine) && this.#post.connection.isUp) {
      this.#lay(this.#post).catch((error: unknown) =>
        this.#options.log.warn({ err: error, machine }, "machine.not_laid"),
      );
    }
    return made;
  }

  async close(): Promise<void> {
    this.#roll.close();
    await this.#post.connection.close();
  }

  async #lay({ streams, objects, beats }: Post): Promise<void> {
    const names = new Set([...this.#options.names(), ...this.#workers.keys()]);
    await streams.lay();
    const inTurn = atMost(() => BOUNDS.machines.laidAtOnce);
    const layMachine = async (machine: string) => {
      await Promise.all([streams.layQueue(machine), objects.lay(machine)]);
      this.#laid.add(machine);
    };
    await Promise.all([...names].map((machine) => inTurn(() => layMachine(machine))));
    // The last: workers wait for it.
    await beats.lay();
  }
}
