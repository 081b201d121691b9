import { NoRespondersError, RequestError } from "@nats-io/transport-node";
import type { Connection } from "./connection.ts";
import { callSubject } from "./names.ts";

/** No worker of that name listens. */
export class NobodyThere extends Error {
  override readonly name = "NobodyThere";
}

/** Calls to workers that are there, answered at once or never. */
export class Calls {
  readonly #connection: Connection;
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws NobodyThere, BrokerAway; an Error after `waitMs`. */
  async ask(machine: string, body: Uint8Array, waitMs: number): Promise<Uint8Array> {
    try {
      return (await this.#connection.nats.request(callSubject(machine), body, { timeout: waitMs })).data;
    } catch (error) {
      const isAlone = error instanceof RequestError && error.isNoResponders();
      if (isAlone || error instanceof NoRespondersError) throw new NobodyThere(`Nobody listens as ${machine}.`);
      throw error;
    }
  }

  /** Answers the calls to a machine, side by side, until the result is called. */
  answer(machine: string, handle: (body: Uint8Array) => Promise<Uint8Array>): () => void {
    const calls = this.#connection.nats.subscribe(callSubject(machine), {
      callback: (error, message) => {
        if (error) return;
        void handle(message.data).then((reply) => message.respond(reply));
      },
    });
    return () => calls.unsubscribe();
  }
}
