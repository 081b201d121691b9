import { stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { ProcessMark } from "../domain/run.ts";
import { EngineError } from "../errors.ts";
import type { Exit } from "./define.ts";
import type { JsonPeer } from "./json-peer.ts";
import type { LiveProcess } from "./live-process.ts";
import { sendSignal } from "./marked.ts";
import type { Ending } from "./process.ts";
import type { SessionPooled } from "./session-pool.ts";
import type { AddTap } from "./tap.ts";

/** Time for the engine to end its commands itself, between looks for what it left. */
const SWEEP_PAUSE_MS = 200;

/** A turn as its server plays it. */
export interface PlayedTurn<Said> {
  /** Resolves when the outcome was told. */
  readonly over: Promise<void>;
  hear(said: Said): void;
  /** Asks the engine to end the turn; wait for `over`. */
  cut(): void;
  /** The process has ended: what is not over by now never will be. */
  gone(exit: Exit): void;
}

export interface SessionServerSetup<Peer> {
  readonly process: LiveProcess;
  readonly peer: Peer;
  /** The engine's own name, for people. */
  readonly label: string;
  readonly cwd: string;
  /** Its options: a server with other options is of no use. */
  readonly setup: string;
}

/** A warm process of an engine that serves one session at a time, and keeps it in a file. */
export abstract class SessionServer<Said, Peer extends JsonPeer<Said>> implements SessionPooled {
  abstract readonly session: string;
  readonly mark: ProcessMark;
  readonly gone: Promise<Ending>;
  readonly peer: Peer;
  readonly tap: AddTap;
  readonly cwd: string;
  readonly label: string;
  readonly #given: SessionServerSetup<Peer>;
  #isClaimed = false;
  /** The session's file as this process left it: its size and time. */
  #fileAsLeft = "";
  /** Processes of extensions and servers, and what earlier turns left running on purpose. */
  #others: Promise<readonly number[]> = Promise.resolve([]);

  constructor(given: SessionServerSetup<Peer>) {
    this.#given = given;
    this.mark = given.process.mark;
    this.gone = given.process.gone;
    this.peer = given.peer;
    this.tap = given.process.tap;
    this.cwd = given.cwd;
    this.label = given.label;
    this.peer.listener = (said) => this.hearIdly(said);
  }

  /** Where the session is kept; undefined before there is a file. */
  protected abstract sessionFile(): Promise<string | undefined>;

  /** Nobody is there to answer between turns. */
  protected abstract hearIdly(said: Said): void;

  stop(): Promise<void> {
    return this.#given.process.stop();
  }

  kill(): Promise<void> {
    return this.#given.process.kill();
  }

  /** Whether others wrote to the session meanwhile, or the options have changed: this process knows neither. */
  async isOutdated(setup: string): Promise<boolean> {
    return setup !== this.#given.setup || (await this.#describeFile()) !== this.#fileAsLeft;
  }

  isClaimed(): boolean {
    return this.#isClaimed;
  }

  /**
   * Has this process to itself while `use` runs.
   *
   * @throws EngineError if it is used already.
   */
  async claim<Result>(use: () => Promise<Result>): Promise<Result> {
    if (this.#isClaimed) throw atWork(this.label);
    this.#isClaimed = true;
    try {
      return await use();
    } finally {
      await this.rest();
      this.#isClaimed = false;
    }
  }

  /**
   * Plays one turn to its end, and ends its commands if it was cut short.
   *
   * @param begin Hands the prompt over, unless the turn is cut already.
   */
  async play(turn: PlayedTurn<Said>, stopped: AbortSignal, begin: () => Promise<void>): Promise<void> {
    let commandsEnd = Promise.resolve();
    const cut = (): void => {
      turn.cut();
      commandsEnd = this.#endCommands(turn.over);
      // It is waited for only when the turn is over.
      commandsEnd.catch(() => {});
    };
    stopped.addEventListener("abort", cut);
    if (stopped.aborted) cut();
    this.peer.listener = (said) => turn.hear(said);
    const played = Promise.all([begin(), turn.over]).then(() => undefined);
    const ending = await Promise.race([played, this.gone]);
    if (ending) turn.gone({ ...ending, stopped: undefined });
    await played;
    this.peer.listener = (said) => this.hearIdly(said);
    stopped.removeEventListener("abort", cut);
    await commandsEnd;
  }

  /** To be called when the session is as this process left it. */
  async rest(): Promise<void> {
    this.#others = this.#given.process.family();
    // Only a turn that is cut short needs it.
    this.#others.catch(() => {});
    this.#fileAsLeft = await this.#describeFile();
  }

  /**
   * The engine ends the shells of its commands. What left their process groups is found by its mark, and has to go
   * before the turn is over if it holds their output open: pi waits for the end of that.
   */
  async #endCommands(over: Promise<void>): Promise<void> {
    const others = await this.#others;
    for (let isOver = false; !isOver; ) {
      isOver = await Promise.race([over.then(() => true), delay(SWEEP_PAUSE_MS, false)]);
      for (const pid of await this.#given.process.family()) {
        if (pid !== this.mark.pid && !others.includes(pid)) sendSignal(pid, "SIGKILL");
      }
    }
  }

  async #describeFile(): Promise<string> {
    const path = await this.sessionFile();
    const stats = path === undefined ? undefined : await stat(path).catch(() => undefined);
    return stats ? `${stats.size} ${stats.mtimeMs}` : "";
  }
}

export const atWork = (label: string): EngineError =>
  new EngineError(`This ${label} session is at work; wait for it, or stop it.`);
