import { jetstream } from "@nats-io/jetstream";
import { type ObjectStore, Objm } from "@nats-io/obj";
import { BOUNDS } from "../../bounds.ts";
import type { Connection } from "./connection.ts";
import { filesOf } from "./names.ts";
import { steadily, within } from "./within.ts";

/** Files and long values on their way to a machine or from it, each under a name that is used once. */
export class Objects {
  readonly #connection: Connection;
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Makes the store of a machine. */
  async lay(machine: string): Promise<void> {
    const { keptMs, filesBytes } = BOUNDS.machines;
    const made = this.#objm().create(filesOf(machine), { ttl: keptMs * 1_000_000, max_bytes: filesBytes });
    await within(made);
  }

  async put(machine: string, name: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const { fileMs } = BOUNDS.machines;
    const store = await this.#open(machine);
    await within(store.put({ name }, ReadableStream.from(bytes), { timeout: fileMs }), fileMs);
  }

  /** @throws Error if it is not there (any more), or was damaged on its way. */
  async *get(machine: string, name: string): AsyncGenerator<Uint8Array, void> {
    const found = await within((await this.#open(machine)).get(name));
    if (!found) throw new Error(`The broker has no ${name}.`);
    yield* steadily(found.data as unknown as AsyncIterable<Uint8Array>);
    const problem = await within(found.error);
    if (problem) throw problem;
  }

  /** What is gone is no problem: the broker forgets the others by itself. */
  async drop(machine: string, name: string): Promise<void> {
    await this.#open(machine)
      .then((store) => within(store.delete(name)))
      .catch(() => {});
  }

  #open(machine: string): Promise<ObjectStore> {
    return within(this.#objm().open(filesOf(machine)));
  }

  #objm(): Objm {
    return new Objm(jetstream(this.#connection.nats, { timeout: BOUNDS.machines.callMs }));
  }
}
