import { createHash } from "node:crypto";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { type ObjectInfo, type ObjectStore, Objm } from "@nats-io/obj";
import { BOUNDS } from "../../bounds.ts";
import type { Connection } from "./connection.ts";
import { filesOf } from "./names.ts";
import { within } from "./within.ts";

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
    const { fileMs, packetBytes } = BOUNDS.machines;
    const store = await this.#open(machine);
    const meta = { name, options: { max_chunk_size: packetBytes } };
    await within(store.put(meta, ReadableStream.from(bytes), { timeout: fileMs }), fileMs);
  }

  /** @throws Error if it is not there (any more), or was damaged on its way. */
  async *get(machine: string, name: string): AsyncGenerator<Uint8Array, void> {
    const found = await within((await this.#open(machine)).info(name));
    if (!found || found.deleted) throw new Error(`The broker has no ${name}.`);
    const hash = createHash("sha256");
    for await (const part of this.#parts(machine, found)) {
      hash.update(part);
      yield part;
    }
    if (found.digest !== `SHA-256=${hash.digest("base64url")}=`) throw new Error(`${name} was damaged on its way.`);
  }

  /** What is gone is no problem: the broker forgets the others by itself. */
  async drop(machine: string, name: string): Promise<void> {
    try {
      await within((await this.#open(machine)).delete(name));
    } catch {}
  }

  /** The broker pushes to any subject that a consumer names, also to another machine's, so nobody makes one here. */
  async *#parts(machine: string, { name, nuid, size }: ObjectInfo): AsyncGenerator<Uint8Array, void> {
    const { nats } = this.#connection;
    const manager = await within(jetstreamManager(nats, { timeout: BOUNDS.machines.callMs, checkAPI: false }));
    const bucket = filesOf(machine);
    for (let left = size, seq = 1; left > 0; ) {
      const query = { seq, next_by_subj: `$O.${bucket}.C.${nuid}` };
      const part = await within(manager.direct.getMessage(`OBJ_${bucket}`, query));
      if (!part) throw new Error(`The broker has lost a part of ${name}.`);
      yield part.data;
      left -= part.data.length;
      seq = part.seq + 1;
    }
  }

  #open(machine: string): Promise<ObjectStore> {
    return within(this.#objm().open(filesOf(machine)));
  }

  #objm(): Objm {
    return new Objm(jetstream(this.#connection.nats, { timeout: BOUNDS.machines.callMs }));
  }
}
