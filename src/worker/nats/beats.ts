import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { type KV, type KvEntry, Kvm } from "@nats-io/kv";
import { BOUNDS } from "../../bounds.ts";
import { parseJson } from "../../engine/json.ts";
import type { Connection } from "./connection.ts";
import { BEATS } from "./names.ts";
import { type Beat, readBeat } from "./schema.ts";
import type { Seal } from "./seal.ts";
import { isOutOfTurn } from "./streams.ts";
import { within } from "./within.ts";

/** A machine's line; `beat` is undefined if it left, or the line cannot be read. */
export interface Heard {
  readonly machine: string;
  /** ms since 1970. */
  readonly at: number;
  readonly beat: Beat | undefined;
  /** Of the line. */
  readonly revision: number;
}

/** The broker's table of machines. A line that nobody repeats is forgotten. */
export class Beats {
  readonly #connection: Pick<Connection, "nats">;
  readonly #seal: Seal;
  constructor(connection: Pick<Connection, "nats">, seal: Seal) {
    this.#connection = connection;
    this.#seal = seal;
  }

  async lay(): Promise<void> {
    const made = this.#kvm().create(BEATS, { history: 1, ttl: BOUNDS.machines.goneMs, allow_direct: true });
    await within(made);
  }

  /** @throws Error as long as no bridge has made the table. */
  async requireTable(): Promise<void> {
    const manager = await within(jetstreamManager(this.#connection.nats));
    await within(manager.streams.info(`KV_${BEATS}`));
  }

  /** Takes a name, if nobody has it. Gives the number of the line, to be told with the next; undefined if it is taken. */
  async take(machine: string, beat: Beat): Promise<number | undefined> {
    return unlessRaced((await this.#open()).create(machine, this.#close(machine, beat)));
  }

  /** Says that the machine is still there; undefined if somebody else has the name now, or the line was forgotten. */
  async repeat(machine: string, beat: Beat, last: number): Promise<number | undefined> {
    return unlessRaced((await this.#open()).update(machine, this.#close(machine, beat), last));
  }

  async leave(machine: string, last: number): Promise<void> {
    await (await this.#open()).delete(machine, { previousSeq: last }).catch(() => {});
  }

  /** The line of a machine; undefined if there is none. */
  async find(machine: string): Promise<Heard | undefined> {
    const entry = await within((await this.#open()).get(machine));
    return entry?.operation === "PUT" ? this.#toHeard(entry) : undefined;
  }

  /** The names of all lines. */
  async names(): Promise<readonly string[]> {
    const names: string[] = [];
    const keys = await within((await this.#open()).keys());
    for await (const name of keys) names.push(name);
    return names;
  }

  /** Every line that there is, and each new one, until `signal` aborts or the broker fails. */
  async *watch(signal: AbortSignal): AsyncGenerator<Heard, void> {
    const lines = await within((await this.#open()).watch());
    const stop = () => lines.stop();
    signal.addEventListener("abort", stop, { once: true });
    try {
      if (signal.aborted) return;
      for await (const entry of lines) {
        const heard = this.#toHeard(entry);
        // Somebody else wrote it.
        if (entry.operation === "PUT" && !heard.beat) continue;
        yield heard;
      }
    } finally {
      signal.removeEventListener("abort", stop);
      lines.stop();
    }
  }

  #close(machine: string, beat: Beat): Uint8Array {
    return this.#seal.close(machine, JSON.stringify(beat));
  }

  #toHeard({ key: machine, operation, created, value, revision }: KvEntry): Heard {
    const beat = operation === "PUT" ? readBeat(parseJson(this.#seal.open(machine, value) ?? "")) : undefined;
    return { machine, revision, at: created.getTime(), beat };
  }

  #open(): Promise<KV> {
    // A line is then read by a subject of its own, which a right can name.
    return within(this.#kvm().open(BEATS, { allow_direct: true }));
  }

  #kvm(): Kvm {
    return new Kvm(jetstream(this.#connection.nats, { timeout: BOUNDS.machines.callMs }));
  }
}

async function unlessRaced(writing: Promise<number>): Promise<number | undefined> {
  try {
    return await within(writing);
  } catch (error) {
    if (isOutOfTurn(error)) return undefined;
    throw error;
  }
}
