import { z } from "zod";
import { type LiveCommand, shakeHands, startLiveProcess } from "../../../src/engine/live-process.ts";
import { ifKnown } from "../../../src/engine/missing-method.ts";
import { SessionServer, type SessionServerSetup } from "../../../src/engine/session-server.ts";
import { EngineError } from "../../../src/errors.ts";
import { end } from "../outcome.ts";
import { modelUsage } from "../schema.ts";
import type { SessionFile } from "../sessions.ts";
import { ENGINE, initialState } from "../state.ts";
import { NOTHING_USED, toUsage } from "../usage.ts";
import { ClaudePeer, type ClaudeSaid } from "./protocol.ts";

export interface ServerLaunch {
  readonly command: LiveCommand;
  readonly session: string;
  /** Its options: a server with other options is of no use. */
  readonly setup: string;
  /** The session's file; undefined for a new one, which has none yet. */
  saved(): Promise<SessionFile | undefined>;
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
    await ifKnown(peer.call("initialize", {}, z.unknown()));
    await server.rest();
  };
  await shakeHands({ process, label: ENGINE, stopped, explain, hello, hasClosed: () => peer.hasClosed() });
  return server;
}

const Counters = z.object({ session: z.object({ model_usage: modelUsage.default({}) }) });

/** A warm claude: one process for one session. */
export class ClaudeServer extends SessionServer<ClaudeSaid, ClaudePeer> {
  readonly session: string;
  readonly #saved: ServerLaunch["saved"];

  constructor(given: SessionServerSetup<ClaudePeer>, { session, saved }: ServerLaunch) {
    super(given);
    this.session = session;
    this.#saved = saved;
  }

  /** The session's counters, which continue from run to run; as they were saved if this claude does not tell them. */
  async usage() {
    const told = await ifKnown(this.peer.call("get_usage", {}, Counters));
    return told ? toUsage(told.session.model_usage) : ((await this.#saved())?.used ?? NOTHING_USED);
  }

  protected async sessionFile(): Promise<string | undefined> {
    return (await this.#saved())?.path;
  }

  protected hearIdly(said: ClaudeSaid): void {
    if (said.type === "ask") this.peer.refuse(said.id, "Nobody is asked here.");
  }
}
