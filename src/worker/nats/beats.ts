import { DeliverPolicy, type JetStreamClient, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import { BOUNDS } from "../../bounds.ts";
import { parseJson } from "../../engine/json.ts";
import type { Connection } from "./connection.ts";
import { BEATS } from "./names.ts";
import { messagesOf } from "./reading.ts";
import { type Beat, readBeat } from "./schema.ts";
import type { Seal } from "./seal.ts";
import { isOutOfTurn } from "./streams.ts";
import { within } from "./within.ts";

/** The stream and the subjects behind the table. */
const STREAM = `KV_${BEATS}`;
const SUBJECTS = `$KV.${BEATS}.`;

const nameIn = (subject: string): string => subject.slice(SUBJECTS.length);

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
    await within(manager.streams.info(STREAM));
  }

  /** Takes a name, if nobody has it. Gives the number of the line, to be told with the next; undefined if it is taken. */
  async take(machine: string, beat: Beat): Promise<number | undefined> {
    return unlessRaced((await this.#table()).create(machine, this.#close(machine, beat)));
  }

  /** Says that the machine is still there; undefined if somebody else has the name now, or the line was forgotten. */
  async repeat(machine: string, beat: Beat, last: number): Promise<number | undefined> {
    return unlessRaced((await this.#table()).update(machine, this.#close(machine, beat), last));
  }

  async leave(machine: string, last: number): Promise<void> {
    await (await this.#table()).delete(machine, { previousSeq: last }).catch(() => {});
  }

  /** The line of a machine; undefined if there is none. */
  async find(machine: string): Promise<Heard | undefined> {
    const entry = await within((await this.#table()).get(machine));
    if (entry?.operation !== "PUT") return undefined;
    return { machine, revision: entry.revision, at: entry.created.getTime(), beat: this.#open(machine, entry.value) };
  }

  /** The names of all lines, those of machines that left included. */
  async names(): Promise<readonly string[]> {
    const manager = await within(jetstreamManager(this.#connection.nats));
    const { state } = await within(manager.streams.info(STREAM, { subjects_filter: `${SUBJECTS}>` }));
    return Object.keys(state.subjects ?? {}).map(nameIn);
  }

  /** Every line that there is, and each new one, until `signal` aborts or the broker fails. */
  async *watch(signal: AbortSignal): AsyncGenerator<Heard, void> {
    const newest = { filter_subjects: `${SUBJECTS}>`, deliver_policy: DeliverPolicy.LastPerSubject };
    for await (const line of messagesOf(this.#client().consumers.get(STREAM, newest), signal)) {
      const machine = nameIn(line.subject);
      const hasLeft = line.headers?.has("KV-Operation") === true;
      const beat = hasLeft ? undefined : this.#open(machine, line.data);
      // Otherwise somebody else wrote it.
      if (hasLeft || beat) yield { machine, revision: line.seq, at: line.time.getTime(), beat };
    }
  }

  #close(machine: string, beat: Beat): Uint8Array {
    return this.#seal.close(machine, JSON.stringify(beat));
  }

  #open(machine: string, line: Uint8Array): Beat | undefined {
    return readBeat(parseJson(this.#seal.open(machine, line) ?? ""));
  }

  #table(): Promise<KV> {
    // A line is then read by a subject of its own, which a right can name.
    return within(this.#kvm().open(BEATS, { allow_direct: true }));
  }

  #kvm(): Kvm {
    return new Kvm(this.#client());
  }

  #client(): JetStreamClient {
    return jetstream(this.#connection.nats, { timeout: BOUNDS.machines.callMs });
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
