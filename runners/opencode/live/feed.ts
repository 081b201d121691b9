import { setTimeout as delay } from "node:timers/promises";
import { BOUNDS } from "../../../src/bounds.ts";
import type { LiveProcess } from "../../../src/engine/live-process.ts";
import { EngineError } from "../../../src/errors.ts";
import type { Logger } from "../../../src/log.ts";
import type { Client } from "./client.ts";
import { eventDecoder } from "./decode.ts";
import type { LiveEvent } from "./schema.ts";

/** A listener to the events of a server. */
export interface Listener {
  take(event: LiveEvent): void;
  /** Events were lost: reads the important state again. If it throws, the connection breaks and is made again. */
  caughtUp?(): Promise<void>;
}

export interface FeedSetup {
  readonly client: Client;
  readonly process: Pick<LiveProcess, "gone" | "kill">;
  readonly log: Logger;
}

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 2000;

/**
 * The event stream of one server. It can end while the server lives (seen in 1.18.33): then it is opened again, and
 * the listeners read what they missed. A server that does not take it back is ended.
 */
export class EventFeed {
  readonly #setup: FeedSetup;
  /** With the sessions that they are about. */
  readonly #listeners = new Map<Listener, string>();
  readonly #ended = new AbortController();
  readonly #decode: ReturnType<typeof eventDecoder>;

  constructor(setup: FeedSetup) {
    this.#setup = setup;
    this.#decode = eventDecoder(setup.log);
    void setup.process.gone.then(() => this.#ended.abort());
  }

  get sessions(): ReadonlySet<string> {
    return new Set(this.#listeners.values());
  }

  /** Listens until the returned function is called. */
  watch(session: string, listener: Listener): () => void {
    this.#listeners.set(listener, session);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when events come. @throws EngineError if the server refuses them. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      let isOpen = false;
      const opened = (): void => {
        isOpen = true;
        resolve();
      };
      const over = this.#listen(opened).catch(reject);
      void over.then(() => (isOpen ? this.#follow() : reject(new EngineError("opencode tells no events."))));
    });
  }

  async #follow(): Promise<void> {
    const { process, log } = this.#setup;
    const isOver = (): boolean => this.#ended.signal.aborted;
    let brokenAt = performance.now();
    for (let pause = FIRST_PAUSE_MS; !isOver(); pause = Math.min(2 * pause, MAX_PAUSE_MS)) {
      if (performance.now() - brokenAt > BOUNDS.liveServer.reconnectMs) {
        log.error({}, "server.events_given_up");
        await process.kill();
        return;
      }
      log.warn({}, "server.events_broke_off");
      await delay(pause);
      await this.#listen(
        () => {},
        () => {
          pause = FIRST_PAUSE_MS;
          brokenAt = Number.POSITIVE_INFINITY;
        },
      ).catch((err: unknown) => log.debug({ err }, "server.events_refused"));
      brokenAt = Math.min(brokenAt, performance.now());
    }
  }

  /** Resolves or rejects when the stream is over. `onCaughtUp`: the listeners know what they missed before it. */
  async #listen(onOpen: () => void, onCaughtUp?: () => void): Promise<void> {
    const { client, log } = this.#setup;
    const broken = new AbortController();
    const take = (data: string): void => {
      const event = this.#decode(data);
      if (event === undefined) return;
      for (const listener of [...this.#listeners.keys()]) listener.take(event);
    };
    const opened = (): void => {
      onOpen();
      if (onCaughtUp === undefined) return;
      const all = [...this.#listeners.keys()].map((listener) => listener.caughtUp?.());
      Promise.all(all).then(onCaughtUp, (err: unknown) => {
        log.warn({ err }, "server.not_caught_up");
        broken.abort();
      });
    };
    await client.listen(take, opened, AbortSignal.any([broken.signal, this.#ended.signal]));
  }
}
