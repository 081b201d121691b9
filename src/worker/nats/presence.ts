import { BOUNDS } from "../../bounds.ts";
import { clockTime } from "../../domain/moment.ts";
import type { Logger } from "../../log.ts";
import type { MachineFacts } from "../lookups.ts";
import type { Beats, Heard } from "./beats.ts";
import type { Connection } from "./connection.ts";
import type { Beat } from "./schema.ts";

export interface Presence {
  readonly state: MachineFacts["state"];
  /** When it was heard last, or the broker was lost; ms since 1970, 0 if never. */
  readonly since: number;
  readonly beat: Beat | undefined;
}

export interface RollCallOptions {
  readonly connection: Connection;
  readonly beats: Beats;
  readonly log: Logger;
  /** ms since 1970. */
  readonly now: () => number;
}

/** Which machines are there. */
export class RollCall {
  readonly #options: RollCallOptions;
  readonly #heard = new Map<string, { at: number; beat: Beat | undefined; isGone: boolean }>();
  readonly #listeners = new Set<() => void>();
  readonly #closing = new AbortController();
  readonly #clock: NodeJS.Timeout;
  #isKnown = false;
  /** The first connection takes a moment. */
  #isStarting = true;
  #lostAt: number;

  constructor(options: RollCallOptions) {
    this.#options = options;
    this.#lostAt = options.now();
    this.#clock = setInterval(() => this.look(), BOUNDS.machines.retryMs).unref();
    options.connection.onChange(() => {
      if (options.connection.isUp) void this.#listen();
      else this.#lostAt = options.now();
      this.#tell();
    });
  }

  of(machine: string): Presence {
    const { at = 0, beat, isGone } = this.#heard.get(machine) ?? {};
    if (!this.#options.connection.isUp)
      return { state: this.#isStarting ? "unknown" : "away", since: this.#lostAt, beat };
    if (at === 0) return { state: this.#isKnown ? "unseen" : "unknown", since: at, beat };
    return { state: isGone ? "gone" : "up", since: at, beat };
  }

  /** All that have been heard. */
  get machines(): readonly string[] {
    return [...this.#heard.keys()].sort();
  }

  /** Hears of each change, until the result is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Looks who has been silent for too long. */
  look(): void {
    const { now, connection, log } = this.#options;
    if (this.#isStarting && (connection.isUp || now() - this.#lostAt > BOUNDS.machines.connectMs)) {
      this.#isStarting = false;
      this.#tell();
    }
    // Nobody is heard without the broker.
    if (!connection.isUp) return;
    const silent = [...this.#heard].filter(([, { at, isGone }]) => !isGone && now() - at > BOUNDS.machines.goneMs);
    for (const [machine, one] of silent) {
      one.isGone = true;
      log.info({ machine }, "machine.gone");
    }
    if (silent.length > 0) this.#tell();
  }

  close(): void {
    clearInterval(this.#clock);
    this.#closing.abort();
  }

  async #listen(): Promise<void> {
    const { beats, connection, log, now } = this.#options;
    const { signal } = this.#closing;
    // Nobody could be heard while the broker was away.
    for (const one of this.#heard.values()) if (!one.isGone) one.at = now();
    const known = setTimeout(() => this.#know(), BOUNDS.machines.retryMs).unref();
    try {
      for await (const heard of beats.watch(signal)) this.#hear(heard);
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, "machines.not_heard");
    }
    clearTimeout(known);
    if (connection.isUp && !signal.aborted) setTimeout(() => void this.#listen(), BOUNDS.machines.retryMs).unref();
  }

  #know(): void {
    this.#isKnown = true;
    this.#tell();
  }

  #hear({ machine, beat, at: saidAt }: Heard): void {
    const before = this.#heard.get(machine);
    const at = beat ? this.#options.now() : (before?.at ?? saidAt);
    this.#heard.set(machine, { at, beat: beat ?? before?.beat, isGone: beat === undefined });
    const isAnother = beat !== undefined && before?.beat?.startedAt !== beat.startedAt;
    if (before?.isGone === (beat === undefined) && !isAnother) return;
    this.#options.log.info({ machine }, beat ? "machine.there" : "machine.gone");
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Why nothing can be done on a machine now, as the part of a sentence; undefined if it is there. */
export function whyNot(machine: string, { state, since }: Presence): string | undefined {
  switch (state) {
    case "gone":
      return `${machine} has been gone since ${clockTime(since)}`;
    case "unseen":
      return `${machine} has not been seen yet`;
    case "away":
      return `the broker has been out of reach since ${clockTime(since)}`;
    case "unknown":
    case "up":
      return undefined;
  }
}
