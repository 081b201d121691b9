import { stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { ProcessMark } from "../../../src/domain/run.ts";
import type { Image } from "../../../src/engine/images.ts";
import type { LivePooled } from "../../../src/engine/live.ts";
import { type LiveCommand, type LiveProcess, startLiveProcess } from "../../../src/engine/live-process.ts";
import { markedProcesses, sendSignal } from "../../../src/engine/marked.ts";
import type { Ending } from "../../../src/engine/process.ts";
import { EngineError } from "../../../src/errors.ts";
import { end } from "../outcome.ts";
import { modelUsage } from "../schema.ts";
import { initialState } from "../state.ts";
import { toUsage } from "../usage.ts";
import { ClaudePeer, type ClaudeSaid } from "./protocol.ts";
import type { Turn } from "./turn.ts";

/** Time for claude to end its commands itself, between looks for what it left. */
const SWEEP_PAUSE_MS = 200;

export interface ServerLaunch {
  readonly command: LiveCommand;
  readonly session: string;
  /** What it was started with: a server of other options is of no use. */
  readonly setup: string;
  /** Where the session is kept; undefined for a new one, which has no file yet. */
  file(): Promise<string | undefined>;
  /** Ends the start. */
  readonly stopped: AbortSignal;
}

/** @throws EngineError with what claude says if it does not come up. */
export async function startServer(launch: ServerLaunch): Promise<ClaudeServer> {
  const process = await startLiveProcess(launch.command);
  const peer = new ClaudePeer(process, launch.command.log);
  const server = new ClaudeServer(process, peer, launch);
  const stop = (): void => void process.stop();
  launch.stopped.addEventListener("abort", stop);
  if (launch.stopped.aborted) stop();
  try {
    await peer.call("initialize", {}, z.unknown());
    await server.rest();
    return server;
  } catch (error) {
    if (!peer.hasClosed()) void process.stop();
    const exit = { ...(await process.gone), stopped: undefined };
    throw new EngineError(end(initialState, exit).error ?? "claude did not start.", { cause: error });
  } finally {
    launch.stopped.removeEventListener("abort", stop);
  }
}

const Usage = z.object({ session: z.object({ model_usage: modelUsage.default({}) }) });

/** A warm claude: one process for one session. */
export class ClaudeServer implements LivePooled {
  readonly mark: ProcessMark;
  readonly gone: Promise<Ending>;
  readonly peer: ClaudePeer;
  readonly session: string;
  readonly cwd: string;
  readonly #process: LiveProcess;
  readonly #launch: ServerLaunch;
  #isClaimed = false;
  #fileAsLeft = "";
  /** Servers that the person has configured, and what earlier turns left running on purpose. */
  #others: Promise<readonly number[]> = Promise.resolve([]);

  constructor(process: LiveProcess, peer: ClaudePeer, launch: ServerLaunch) {
    this.#process = process;
    this.#launch = launch;
    this.mark = process.mark;
    this.gone = process.gone;
    this.peer = peer;
    this.session = launch.session;
    this.cwd = launch.command.cwd;
    peer.listener = (said) => this.#hearIdly(said);
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  kill(): Promise<void> {
    return this.#process.kill();
  }

  /** The session's counters, which go on from run to run. */
  async usage() {
    const { session } = await this.peer.call("get_usage", {}, Usage);
    return toUsage(session.model_usage);
  }

  /** Whether others wrote to the session since, or the options are others now: this claude knows nothing of either. */
  async isOutdated(setup: string): Promise<boolean> {
    return setup !== this.#launch.setup || (await this.#describeFile()) !== this.#fileAsLeft;
  }

  /**
   * Has this claude to itself while `use` runs.
   *
   * @throws EngineError if it is used already.
   */
  async claim<Result>(use: () => Promise<Result>): Promise<Result> {
    if (this.#isClaimed) throw new EngineError("This claude session is at work; wait for it, or stop it.");
    this.#isClaimed = true;
    try {
      return await use();
    } finally {
      await this.rest();
      this.#isClaimed = false;
    }
  }

  /** Plays one turn to its end, and ends its commands if it was cut short. */
  async play(turn: Turn, message: { text: string; images: readonly Image[] }, stopped: AbortSignal): Promise<void> {
    let commandsEnd = Promise.resolve();
    const cut = (): void => {
      turn.cut();
      commandsEnd = this.#endCommands(turn.over);
      // It is waited for only when the turn is over.
      commandsEnd.catch(() => {});
    };
    this.peer.listener = (said) => turn.hear(said);
    turn.begin(message.text, message.images);
    stopped.addEventListener("abort", cut);
    if (stopped.aborted) cut();
    const ending = await Promise.race([turn.over, this.gone]);
    if (ending) turn.gone({ ...ending, stopped: undefined });
    this.peer.listener = (said) => this.#hearIdly(said);
    stopped.removeEventListener("abort", cut);
    await commandsEnd;
  }

  /** Has claude carry out one of its own commands, such as `/compact`. @throws EngineError with its words if that fails. */
  async command(turn: Turn, text: string): Promise<void> {
    await this.play(turn, { text, images: [] }, new AbortController().signal);
  }

  async rest(): Promise<void> {
    this.#others = markedProcesses(this.#process.markId);
    // It is looked at only if a turn is cut short.
    this.#others.catch(() => {});
    this.#fileAsLeft = await this.#describeFile();
  }

  /** claude ends the shells of its commands; what left them carries its mark. */
  async #endCommands(over: Promise<void>): Promise<void> {
    const others = await this.#others;
    for (let isOver = false; !isOver; ) {
      isOver = await Promise.race([over.then(() => true), delay(SWEEP_PAUSE_MS, false)]);
      for (const pid of await markedProcesses(this.#process.markId)) {
        if (pid !== this.mark.pid && !others.includes(pid)) sendSignal(pid, "SIGKILL");
      }
    }
  }

  /** Nobody is there to answer between turns. */
  #hearIdly(said: ClaudeSaid): void {
    if (said.type === "ask") this.peer.refuse(said.id, "Nobody is asked here.");
  }

  async #describeFile(): Promise<string> {
    const path = await this.#launch.file();
    const stats = path === undefined ? undefined : await stat(path).catch(() => undefined);
    return stats ? `${stats.size} ${stats.mtimeMs}` : "";
  }
}
