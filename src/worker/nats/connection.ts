import { setTimeout as delay } from "node:timers/promises";
import { connect, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node";
import { BOUNDS } from "../../bounds.ts";
import type { MachinesTable } from "../../config/machines.ts";
import type { Logger } from "../../log.ts";
import { readSeed, readText } from "./credentials.ts";
import { within } from "./within.ts";

/** The broker cannot be reached now. */
export class BrokerAway extends Error {
  override readonly name = "BrokerAway";
}

export interface ConnectionOptions {
  readonly machines: MachinesTable;
  /** Whose answers come back here: the name of the machine, or `bridge`. */
  readonly as: string;
  readonly log: Logger;
  /** Called each time that the broker is there (again). Calls that fail are made again later. */
  readonly onUp: (nats: NatsConnection) => Promise<void>;
}

/** A connection to the broker that is made again whenever it is lost, until it is closed. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #closing = new AbortController();
  readonly #listeners = new Set<() => void>();
  #nats: NatsConnection | undefined;
  #isConnected = false;
  #isUp = false;

  /** Begins to connect at once. @throws ConfigError if the key or the certificate cannot be read. */
  constructor(options: ConnectionOptions) {
    this.#options = options;
    // Says at once what cannot be read.
    credentialsOf(options.machines);
    void this.#keep();
  }

  /** Whether everything is ready at the broker, too. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** @throws BrokerAway */
  get nats(): NatsConnection {
    if (this.#nats && this.#isConnected) return this.#nats;
    throw new BrokerAway("The broker cannot be reached.");
  }

  /** Hears whenever the broker comes or goes, until the result is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Sends what is on its way. */
  async close(): Promise<void> {
    this.#closing.abort();
    const ended = this.#nats?.drain().catch(() => {});
    await Promise.race([ended, delay(BOUNDS.machines.retryMs, undefined, { ref: false })]);
    await this.#nats?.close();
    this.#lost();
  }

  async #keep(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        const { machines, as } = this.#options;
        const nats = await dial(machines, as);
        if (signal.aborted) return void nats.close();
        this.#nats = nats;
        void this.#watch(nats);
        await this.#up(nats);
        await nats.closed();
      } catch (error) {
        this.#options.log.warn({ err: error }, "broker.unreachable");
      }
      this.#lost();
      await delay(BOUNDS.machines.retryMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async #watch(nats: NatsConnection): Promise<void> {
    const { log } = this.#options;
    for await (const { type, ...facts } of nats.status()) {
      if (type === "disconnect" || type === "staleConnection") this.#lost();
      else if (type === "reconnect") await this.#up(nats);
      else if (type === "error") log.warn({ ...facts }, "broker.error");
    }
  }

  async #up(nats: NatsConnection): Promise<void> {
    const { onUp, log } = this.#options;
    this.#isConnected = true;
    while (this.#isConnected && !nats.isClosed()) {
      try {
        await within(onUp(nats), 2 * BOUNDS.machines.connectMs);
        this.#set(true);
        return;
      } catch (error) {
        log.warn({ err: error }, "broker.not_ready");
        await delay(BOUNDS.machines.retryMs, undefined, { ref: false });
      }
    }
  }

  #lost(): void {
    this.#isConnected = false;
    this.#set(false);
  }

  #set(isUp: boolean): void {
    if (this.#isUp === isUp) return;
    this.#isUp = isUp;
    this.#options.log.info({ isUp }, "broker.changed");
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Connects to the broker. @throws ConfigError if the key or the certificate cannot be read; an Error of the broker. */
export function dial(
  machines: MachinesTable,
  as: string,
  more: Parameters<typeof connect>[0] = {},
): Promise<NatsConnection> {
  const { connectMs, beatMs, retryMs } = BOUNDS.machines;
  return connect({
    ...credentialsOf(machines),
    ...{ name: `takopi ${as}`, inboxPrefix: `_INBOX_${as}`, timeout: connectMs, pingInterval: 2 * beatMs },
    ...{ maxReconnectAttempts: -1, reconnectTimeWait: retryMs, ignoreAuthErrorAbort: true, ...more },
  });
}

function credentialsOf(machines: MachinesTable): Parameters<typeof connect>[0] {
  const { broker, ca } = machines;
  const seed = readSeed(machines);
  if (ca !== undefined) readText(ca, "ca");
  return {
    servers: broker,
    ...(seed !== undefined && { authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) }),
    ...((ca !== undefined || broker.startsWith("tls:")) && { tls: ca === undefined ? {} : { caFile: ca } }),
  };
}
