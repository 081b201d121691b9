import { stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { ProcessMark } from "../../../src/domain/run.ts";
import type { LivePooled } from "../../../src/engine/live.ts";
import { type LiveCommand, type LiveProcess, startLiveProcess } from "../../../src/engine/live-process.ts";
import { markedProcesses, sendSignal } from "../../../src/engine/marked.ts";
import type { Ending } from "../../../src/engine/process.ts";
import { EngineError } from "../../../src/errors.ts";
import { end } from "../outcome.ts";
import { initialState } from "../state.ts";
import { CANCELLED, isDialog } from "./dialogs.ts";
import { PiPeer, type PiSaid } from "./protocol.ts";
import { SessionState } from "./schema.ts";
import type { Turn } from "./turn.ts";

/** Time for pi to end its commands itself, between looks for what it left. */
const SWEEP_PAUSE_MS = 200;

export interface ServerLaunch {
  readonly command: LiveCommand;
  /** What the arguments were made of: a server of other options is of no use. */
  readonly options: string;
  /** The session that it is to go on with. */
  readonly session?: string | undefined;
  /** Ends the start. */
  readonly stopped: AbortSignal;
}

/**
 * Starts a pi that waits for prompts, and learns its session.
 *
 * @throws EngineError with what pi says where it does not come up.
 */
export async function startServer(launch: ServerLaunch): Promise<PiServer> {
  const process = await startLiveProcess(launch.command);
  const peer = new PiPeer(process, launch.command.log);
  const server = new PiServer(process, peer, launch);
  const stop = (): void => void process.stop();
  launch.stopped.addEventListener("abort", stop);
  if (launch.stopped.aborted) stop();
  try {
    await server.learnSession();
  } catch (error) {
    const isSilent = !peer.hasClosed();
    if (isSilent) void process.stop();
    const exit = { ...(await process.gone), stopped: undefined };
    if (isSilent) throw new EngineError("pi does not answer.", { cause: error, stderr: exit.stderr });
    throw new EngineError(end(initialState, exit).error ?? "", { cause: error });
  } finally {
    launch.stopped.removeEventListener("abort", stop);
  }
  const { id } = server.session;
  if (launch.session === undefined || id === launch.session) return server;
  await process.stop();
  throw new EngineError(`pi went on with session ${id} instead of ${launch.session}.`);
}

/** A warm pi: one process, at one session at a time. */
export class PiServer implements LivePooled {
  readonly mark: ProcessMark;
  readonly gone: Promise<Ending>;
  readonly peer: PiPeer;
  readonly cwd: string;
  session: { readonly id: string; readonly file: string | undefined } = { id: "", file: undefined };
  readonly #process: LiveProcess;
  readonly #options: string;
  #isClaimed = false;
  /** The session's file as this pi left it. */
  #fileAsLeft = "";
  /** Processes of extensions, and what earlier turns left running on purpose. */
  #others: Promise<readonly number[]> = Promise.resolve([]);

  constructor(process: LiveProcess, peer: PiPeer, { command, options }: ServerLaunch) {
    this.#process = process;
    this.#options = options;
    this.cwd = command.cwd;
    this.mark = process.mark;
    this.gone = process.gone;
    this.peer = peer;
    peer.listener = (said) => this.#hearIdly(said);
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  kill(): Promise<void> {
    return this.#process.kill();
  }

  /** To be called again where a command made pi change its session. */
  async learnSession(): Promise<void> {
    const { sessionId, sessionFile } = await this.peer.call("get_state", {}, SessionState);
    this.session = { id: sessionId, file: sessionFile };
    await this.#rest();
  }

  /** Whether others wrote to the session since, or the options are others now: this pi knows nothing of either. */
  async isOutdated(options: string): Promise<boolean> {
    return options !== this.#options || (await describeFile(this.session.file)) !== this.#fileAsLeft;
  }

  isClaimed(): boolean {
    return this.#isClaimed;
  }

  /**
   * Has this pi to itself while `use` runs.
   *
   * @throws EngineError where it is used already.
   */
  async claim<Result>(use: () => Promise<Result>): Promise<Result> {
    if (this.#isClaimed) throw new EngineError(AT_WORK);
    this.#isClaimed = true;
    try {
      return await use();
    } finally {
      await this.#rest();
      this.#isClaimed = false;
    }
  }

  /** Plays one turn to its end, and ends its commands where it was cut short. */
  async play(turn: Turn, prompt: string, stopped: AbortSignal): Promise<void> {
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
    const played = Promise.all([turn.begin(prompt), turn.over]).then(() => undefined);
    const ending = await Promise.race([played, this.gone]);
    if (ending) turn.gone({ ...ending, stopped: undefined });
    await played;
    this.peer.listener = (said) => this.#hearIdly(said);
    // What this turn still has to say stands before the answer to this, and must not reach the next one.
    await this.peer.call("get_state", {}, SessionState).catch(() => undefined);
    stopped.removeEventListener("abort", cut);
    await commandsEnd;
  }

  /**
   * pi ends the shells of its commands. What left their process groups is found by its mark, and has to go before the
   * turn is over where it holds their output open: pi waits for the end of that.
   */
  async #endCommands(over: Promise<void>): Promise<void> {
    const others = await this.#others;
    for (let isOver = false; !isOver; ) {
      isOver = await Promise.race([over.then(() => true), delay(SWEEP_PAUSE_MS, false)]);
      for (const pid of await markedProcesses(this.#process.markId)) {
        if (pid !== this.mark.pid && !others.includes(pid)) sendSignal(pid, "SIGKILL");
      }
    }
  }

  async #rest(): Promise<void> {
    this.#others = markedProcesses(this.#process.markId);
    // It is looked at only where a turn is cut short.
    this.#others.catch(() => {});
    this.#fileAsLeft = await describeFile(this.session.file);
  }

  /** Nobody is there to answer dialogs between turns. */
  #hearIdly(said: PiSaid): void {
    if (!("line" in said) || said.line.type !== "extension_ui_request") return;
    if (isDialog(said.line)) this.peer.reply(said.line.id, CANCELLED);
  }
}

export const AT_WORK = "This pi session is at work; wait for it, or stop it.";

async function describeFile(path: string | undefined): Promise<string> {
  const stats = path === undefined ? undefined : await stat(path).catch(() => undefined);
  return stats ? `${stats.size} ${stats.mtimeMs}` : "";
}
