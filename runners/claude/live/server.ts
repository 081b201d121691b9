import { z } from "zod";
import { type LiveCommand, shakeHands, startLiveProcess } from "../../../src/engine/live-process.ts";
import { SessionServer, type SessionServerSetup } from "../../../src/engine/session-server.ts";
import { EngineError } from "../../../src/errors.ts";
import { end } from "../outcome.ts";
import { modelUsage } from "../schema.ts";
import { ENGINE, initialState } from "../state.ts";
import { toUsage } from "../usage.ts";
import { ClaudePeer, type ClaudeSaid } from "./protocol.ts";

export interface ServerLaunch {
  readonly command: LiveCommand;
  readonly session: string;
  /** Its options: a server with other options is of no use. */
  readonly setup: string;
  /** Where the session is kept; undefined for a new one, which has no file yet. */
  file(): Promise<string | undefined>;
  /** Ends the start. */
  readonly stopped: AbortSignal;
}

/** @throws EngineError with what claude says if it does not come up. */
export async function startServer(launch: ServerLaunch): Promise<ClaudeServer> {
  const { command, setup, stopped } = launch;
  const process = await startLiveProcess(command);
  const peer = new ClaudePeer(process, command.log);
  const server = new ClaudeServer({ process, peer, label: ENGINE, cwd: command.cwd, setup }, launch);
  const explain = (exit: Parameters<typeof end>[1]) =>
    new EngineError(end(initialState, exit).error ?? "claude did not start.");
  const hello = async (): Promise<void> => {
    await peer.call("initialize", {}, z.unknown());
    await server.rest();
  };
  await shakeHands({ process, label: ENGINE, stopped, explain, hello, hasClosed: () => peer.hasClosed() });
  return server;
}

const Usage = z.object({ session: z.object({ model_usage: modelUsage.default({}) }) });

/** A warm claude: one process for one session. */
export class ClaudeServer extends SessionServer<ClaudeSaid, ClaudePeer> {
  readonly session: string;
  readonly #file: ServerLaunch["file"];

  constructor(given: SessionServerSetup<ClaudePeer>, { session, file }: ServerLaunch) {
    super(given);
    this.session = session;
    this.#file = file;
  }

  /** The session's counters, which continue from run to run. */
  async usage() {
    const { session } = await this.peer.call("get_usage", {}, Usage);
    return toUsage(session.model_usage);
  }

  protected sessionFile(): Promise<string | undefined> {
    return this.#file();
  }

  protected hearIdly(said: ClaudeSaid): void {
    if (said.type === "ask") this.peer.refuse(said.id, "Nobody is asked here.");
  }
}
