import { DeliverPolicy, type JetStreamClient, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { type KV, type KvEntry, Kvm } from "@nats-io/kv";
import { BOUNDS } from "../../bounds.ts";
import { parseJson } from "../../engine/json.ts";
import type { Connection } from "./connection.ts";
import { BEATS } from "./names.ts";
import { messagesOf } from "./reading.ts";
import { type Beat, readBeat } from "./schema.ts";
import { isOutOfTurn } from "./streams.ts";
import { encode } from "./values.ts";
import { within } from "./within.ts";

/** The stream and the subjects behind the table. */
const STREAM = `KV_${BEATS}`;
const SUBJECTS = `$KV.${BEATS}.`;

const nameIn = (subject: string): string => subject.slice(SUBJECTS.length);

/** A machine's line; `beat` is undefined if it left, or cannot be read. */
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
  constructor(connection: Pick<Connection, "nats">) {
    this.#connection = connection;
  }

  async lay(): Promise<void> {
    const made = this.#kvm().create(BEATS, { history: 1, ttl: BOUNDS.machines.goneMs });
    await within(made);
  }

  /** @throws Error as long as no bridge has made the table. */
  async requireTable(): Promise<void> {
    const manager = await within(jetstreamManager(this.#connection.nats));
    await within(manager.streams.info(STREAM));
  }

  /** Takes a name, if nobody has it. Gives the number of the line, to be told with the next; undefined if it is taken. */
  async take(machine: string, beat: Beat): Promise<number | undefined> {
    return unlessRaced((await this.#open()).create(machine, encode(beat)));
  }

  /** Says that the machine is still there; undefined if somebody else has the name now, or the line was forgotten. */
  async repeat(machine: string, beat: Beat, last: number): Promise<number | undefined> {
    return unlessRaced((await this.#open()).update(machine, encode(beat), last));
  }

  async leave(machine: string, last: number): Promise<void> {
    await (await this.#open()).delete(machine, { previousSeq: last }).catch(() => {});
  }

  /** The line of a machine; undefined if there is none. */
  async find(machine: string): Promise<Heard | undefined> {
    const entry = await within((await this.#open()).get(machine));
    return entry?.operation === "PUT" ? toHeard(entry) : undefined;
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
      yield {
        ...{ machine: nameIn(line.subject), revision: line.seq, at: line.time.getTime() },
        beat: line.headers?.has("KV-Operation") ? undefined : toBeat(line.data),
      };
    }
  }

  #open(): Promise<KV> {
    return within(this.#kvm().open(BEATS));
  }

  #kvm(): Kvm {
    return new Kvm(this.#client());
  }

  #client(): JetStreamClient {
    return jetstream(this.#connection.nats, { timeout: BOUNDS.machines.callMs });
  }
}

const toHeard = ({ key: machine, operation, created, value, revision }: KvEntry): Heard => ({
  ...{ machine, revision, at: created.getTime() },
  beat: operation === "PUT" ? toBeat(value) : undefined,
});

const toBeat = (value: Uint8Array): Beat | undefined => readBeat(parseJson(new TextDecoder().decode(value)));

async function unlessRaced(writing: Promise<number>): Promise<number | undefined> {
  try {
    return await within(writing);
  } catch (error) {
    if (isOutOfTurn(error)) return undefined;
    throw error;
  }
}
