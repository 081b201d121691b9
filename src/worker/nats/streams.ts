import {
  AckPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type StreamConfig,
} from "@nats-io/jetstream";
import { BOUNDS } from "../../bounds.ts";
import type { Connection } from "./connection.ts";
import { EVENTS, eventSubject, JOBS, jobSubject, nanos, streams } from "./names.ts";
import { messagesOf } from "./reading.ts";
import { within } from "./within.ts";

/** Another message came on that subject before: whoever sent it has the run now. */
export class OutOfTurn extends Error {
  override readonly name = "OutOfTurn";
}

/** A message as the broker keeps it. */
export interface Kept {
  readonly seq: number;
  readonly id: string;
  readonly body: Uint8Array;
}

export interface Delivered {
  readonly body: Uint8Array;
  /** The broker forgets it. */
  ack(): void;
}

/** Somebody else wrote there since the number that was expected. */
export const isOutOfTurn = (error: unknown): boolean => error instanceof JetStreamApiError && error.code === 10071;

const NOT_FOUND = [10014, 10059];

/** The streams of the broker: tasks on their way to a machine, and what runs say. Each call throws while it is away. */
export class Streams {
  readonly #connection: Connection;
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Makes what is missing. */
  async lay(): Promise<void> {
    const manager = await this.#manager();
    for (const stream of streams()) {
      await orMake(
        () => manager.streams.info(stream.name),
        () => manager.streams.add(stream as Partial<StreamConfig> & { name: string }),
      );
    }
  }

  /** Makes the queue of a machine if it is missing. */
  async layQueue(machine: string): Promise<void> {
    const { consumers } = await this.#manager();
    const queue = {
      ...{ durable_name: machine, filter_subject: jobSubject(machine) },
      ...{ ack_policy: AckPolicy.Explicit, ack_wait: nanos(BOUNDS.machines.ackMs) },
    };
    await orMake(
      () => consumers.info(JOBS, machine),
      () => consumers.add(JOBS, queue),
    );
  }

  /** Sends a task; the same `id` twice is one. */
  async sendJob(machine: string, body: Uint8Array, id: string): Promise<void> {
    await within(this.#client().publish(jobSubject(machine), body, { msgID: id }));
  }

  /** Whether tasks wait for a machine that has not acknowledged them. */
  async hasJobs(machine: string): Promise<boolean> {
    const subject = jobSubject(machine);
    const { streams } = await this.#manager();
    const { state } = await within(streams.info(JOBS, { subjects_filter: subject }));
    return (state.subjects?.[subject] ?? 0) > 0;
  }

  /**
   * Keeps a message of a run, if the one before it has the number `after`; 0 if there must be none. Gives its number;
   * the same `id` twice is one.
   *
   * @throws OutOfTurn
   */
  async add(machine: string, jobId: string, { body, id, after }: NewMessage): Promise<number> {
    const options = { msgID: id, expect: { lastSubjectSequence: after } };
    try {
      return (await within(this.#client().publish(eventSubject(machine, jobId), body, options))).seq;
    } catch (error) {
      if (!isOutOfTurn(error)) throw error;
    }
    // Past the time that the broker recognises a message, it may be our own.
    const last = await this.last(machine, jobId);
    if (last?.id === id) return last.seq;
    throw new OutOfTurn(`Somebody else has said something for ${jobId}.`);
  }

  /** The newest message of a run. */
  async last(machine: string, jobId: string): Promise<Kept | undefined> {
    const manager = await this.#manager();
    const asked = manager.direct.getMessage(EVENTS, { last_by_subj: eventSubject(machine, jobId) });
    const found = await within(asked);
    return found ? { seq: found.seq, id: found.header.get("Nats-Msg-Id"), body: found.data } : undefined;
  }

  /** All that a run has said and will say, in its order, until `signal` aborts or the broker fails. */
  async *read(machine: string, jobId: string, signal: AbortSignal): AsyncGenerator<Kept, void> {
    const consumer = this.#client().consumers.get(EVENTS, { filter_subjects: eventSubject(machine, jobId) });
    for await (const one of messagesOf(consumer, signal)) {
      yield { seq: one.seq, id: one.headers?.get("Nats-Msg-Id") ?? "", body: one.data };
    }
  }

  /** The tasks of a machine, each again and again until it is acknowledged. */
  async *jobs(machine: string, signal: AbortSignal): AsyncGenerator<Delivered, void> {
    const consumer = this.#client().consumers.get(JOBS, machine);
    for await (const one of messagesOf(consumer, signal, { max_messages: 10 })) {
      yield { body: one.data, ack: () => one.ack() };
    }
  }

  #client(): JetStreamClient {
    return jetstream(this.#connection.nats, { timeout: BOUNDS.machines.callMs });
  }

  #manager(): Promise<JetStreamManager> {
    return within(jetstreamManager(this.#connection.nats, { timeout: BOUNDS.machines.callMs, checkAPI: false }));
  }
}

interface NewMessage {
  readonly body: Uint8Array;
  readonly id: string;
  readonly after: number;
}

async function orMake(find: () => Promise<unknown>, make: () => Promise<unknown>): Promise<void> {
  try {
    await within(find());
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || !NOT_FOUND.includes(error.code)) throw error;
    await within(make());
  }
}
