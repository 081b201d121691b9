import { shortenLine } from "../../../src/domain/cut.ts";
import { type LiveCommand, shakeHands, startLiveProcess } from "../../../src/engine/live-process.ts";
import { SessionServer, type SessionServerSetup } from "../../../src/engine/session-server.ts";
import { EngineError } from "../../../src/errors.ts";
import { end } from "../outcome.ts";
import { ENGINE, initialState } from "../state.ts";
import { CANCELLED, isDialog } from "./dialogs.ts";
import { PiPeer, type PiSaid } from "./protocol.ts";
import { SessionState } from "./schema.ts";
import type { Turn } from "./turn.ts";

export interface ServerLaunch {
  readonly command: LiveCommand;
  /** The options behind the arguments: a server with other options is of no use. */
  readonly options: string;
  /** Names the pass of takopi's own tools. */
  readonly key: string;
  /** The session to continue. */
  readonly session?: string | undefined;
  /** Ends the start. */
  readonly stopped: AbortSignal;
}

/**
 * Starts a pi that waits for prompts, and learns its session.
 *
 * @throws EngineError with what pi says if it does not come up.
 */
export async function startServer({ command, options, key, session, stopped }: ServerLaunch): Promise<PiServer> {
  const process = await startLiveProcess(command);
  const peer = new PiPeer(process, command.log);
  const server = new PiServer({ process, peer, label: ENGINE, cwd: command.cwd, setup: options }, key);
  const explain = (exit: Parameters<typeof end>[1]) =>
    new EngineError(
      server.askedIdly === undefined ? (end(initialState, exit).error ?? "") : tooEarly(server.askedIdly),
    );
  const hello = () => server.learnSession();
  await shakeHands({ process, label: ENGINE, stopped, explain, hello, hasClosed: () => peer.hasClosed() });
  if (session === undefined || server.session === session) return server;
  await process.stop();
  throw new EngineError(`pi went on with session ${server.session} instead of ${session}.`);
}

/** pi reads no answers before it is up, and ends while it waits for one (0.74 and 1.5). */
const tooEarly = (title: string): string =>
  `pi ended, since an extension asked "${shortenLine(title, 100)}" while pi started, when pi takes no answer: have the extension ask later, or leave it out with \`pi.extra_args = ["--no-extensions"]\`.`;

/** A warm pi: one process, at one session at a time. */
export class PiServer extends SessionServer<PiSaid, PiPeer> {
  /** See `ServerLaunch`. */
  readonly key: string;
  /** The title of a dialog that belonged to no turn. */
  askedIdly: string | undefined;
  session = "";
  #file: string | undefined;

  constructor(given: SessionServerSetup<PiPeer>, key: string) {
    super(given);
    this.key = key;
  }

  /** To be called again if a command made pi change its session. */
  async learnSession(): Promise<void> {
    const { sessionId, sessionFile } = await this.peer.call("get_state", {}, SessionState);
    this.session = sessionId;
    this.#file = sessionFile;
    await this.rest();
  }

  playPrompt(turn: Turn, prompt: string, stopped: AbortSignal): Promise<void> {
    return this.play(turn, stopped, async () => {
      await turn.begin(prompt);
      await turn.over;
      // The last lines of this turn come before the answer to this call, and must not reach the next turn.
      await this.peer.call("get_state", {}, SessionState).catch(() => undefined);
    });
  }

  protected async sessionFile(): Promise<string | undefined> {
    return this.#file;
  }

  protected hearIdly(said: PiSaid): void {
    if (!("line" in said) || said.line.type !== "extension_ui_request") return;
    if (!isDialog(said.line)) return;
    this.askedIdly = said.line.title || "a question";
    this.peer.reply(said.line.id, CANCELLED);
  }
}
