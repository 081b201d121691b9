import type { InitializeResponse, PromptResponse, SessionConfigOption } from "@agentclientprotocol/sdk/unstable";
import { BOUNDS } from "../../src/bounds.ts";
import type { ProcessMark } from "../../src/domain/run.ts";
import { endsWithin } from "../../src/engine/ends-within.ts";
import type { Image } from "../../src/engine/images.ts";
import { type LiveCommand, type LiveProcess, startLiveProcess } from "../../src/engine/live-process.ts";
import type { Ending } from "../../src/engine/process.ts";
import type { SessionPooled } from "../../src/engine/session-pool.ts";
import { atWork } from "../../src/engine/session-server.ts";
import type { AddTap } from "../../src/engine/tap.ts";
import { unlessAborted } from "../../src/engine/unless-aborted.ts";
import { withResolvers } from "../../src/engine/with-resolvers.ts";
import { EngineError } from "../../src/errors.ts";
import { type Connection, connect, type Listener } from "./connection.ts";
import { answered } from "./refusal.ts";
import { openSession, type SessionWish } from "./session.ts";

/** On a closed stdin an agent ends its commands and itself; a signal leaves them running (opencode 1.18.33). */
const CLOSE_MS = 800;
export const VERSION = 1;

export interface AgentLaunch {
  readonly command: LiveCommand;
  readonly label: string;
  /** Names the pass of takopi's own tools. */
  readonly key: string;
  readonly wish: SessionWish;
  /** Its options: an agent with other options is of no use. */
  readonly setup: string;
  /** Ends the start. */
  readonly stopped: AbortSignal;
}

/** Nobody is there to answer between turns. */
const NOBODY: Listener = {
  update: () => {},
  permit: async () => ({ outcome: { outcome: "cancelled" } }),
  elicit: async () => ({ action: "cancel" }),
};

/** @throws EngineError with what the agent says if it does not come up, or does not open the session. */
export async function startAgent(launch: AgentLaunch): Promise<Agent> {
  const { command, label, wish, stopped } = launch;
  const process = await startLiveProcess(command);
  const opening = async (): Promise<Agent> => {
    const connection = await connect(process, NOBODY, command.log);
    const told = await answered(label, "answer to `initialize`", BOUNDS.liveServer.callMs, initialize(connection));
    if (told.protocolVersion !== VERSION) {
      throw new EngineError(
        `${label} speaks version ${told.protocolVersion} of ACP, and takopi version ${VERSION}: update the older one.`,
      );
    }
    const session = await openSession({ agent: connection.agent, told, label }, wish);
    return new Agent({ process, connection, told, launch, ...session });
  };
  const gone = process.gone.then(({ code, signal, stderr }): never => {
    throw new EngineError(`${label} ended before it was ready (${signal ?? `exit code ${code}`}).`, { stderr });
  });
  gone.catch(() => {});
  try {
    return await unlessAborted(Promise.race([opening(), gone]), stopped);
  } catch (error) {
    await endSoftly(process);
    throw error;
  }
}

const initialize = ({ agent }: Connection): Promise<InitializeResponse> => agent.request("initialize", HELLO);

/** The first words to an agent. */
export const HELLO = {
  protocolVersion: VERSION,
  clientCapabilities: {
    fs: { readTextFile: false, writeTextFile: false },
    terminal: false,
    elicitation: { form: {} },
  },
  clientInfo: { name: "takopi", version: "1" },
};

async function endSoftly(process: LiveProcess): Promise<void> {
  process.endInput();
  await endsWithin(process.gone, CLOSE_MS);
  await process.kill();
  await process.stop();
}

interface Parts {
  readonly process: LiveProcess;
  readonly connection: Connection;
  readonly told: InitializeResponse;
  readonly launch: AgentLaunch;
  readonly session: string;
  readonly config: readonly SessionConfigOption[];
}

/** A warm agent: one process for one session. */
export class Agent implements SessionPooled {
  readonly mark: ProcessMark;
  readonly gone: Promise<Ending>;
  readonly tap: AddTap;
  readonly told: InitializeResponse;
  readonly config: readonly SessionConfigOption[];
  readonly cwd: string;
  /** USD that the session has cost so far, if the agent tells. */
  cost: number | undefined;
  /** The agent's own slash commands; any other word after a slash is text. */
  commands: readonly string[] = [];
  readonly #toldCommands = withResolvers();
  session: string;
  readonly #parts: Parts;
  #isClaimed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.mark = parts.process.mark;
    this.gone = parts.process.gone;
    this.tap = parts.process.tap;
    this.told = parts.told;
    this.config = parts.config;
    this.session = parts.session;
    this.cwd = parts.launch.command.cwd;
    this.#listen(NOBODY);
  }

  /** See `AgentLaunch`. */
  get key(): string {
    return this.#parts.launch.key;
  }

  get label(): string {
    return this.#parts.launch.label;
  }

  /** For calls that are no turn. */
  get agent(): Connection["agent"] {
    return this.#parts.connection.agent;
  }

  stop(): Promise<void> {
    return endSoftly(this.#parts.process);
  }

  kill(): Promise<void> {
    return this.#parts.process.kill();
  }

  isOutdated(setup: string): boolean {
    return setup !== this.#parts.launch.setup;
  }

  isClaimed(): boolean {
    return this.#isClaimed;
  }

  /** @throws EngineError if it is used already. */
  async claim<Result>(use: () => Promise<Result>, listener = NOBODY): Promise<Result> {
    if (this.#isClaimed) throw atWork(this.label);
    this.#isClaimed = true;
    this.#listen(listener);
    try {
      return await use();
    } finally {
      this.#listen(NOBODY);
      this.#isClaimed = false;
    }
  }

  /** An agent tells its commands soon after it opened a session, or never. */
  async listCommands(): Promise<readonly string[]> {
    await endsWithin(this.#toldCommands.promise, BOUNDS.liveServer.commandsMs);
    return this.commands;
  }

  prompt(prompt: Parameters<typeof promptBlocks>[0]): Promise<PromptResponse> {
    return this.agent.request("session/prompt", { sessionId: this.session, prompt: promptBlocks(prompt) });
  }

  cancel(): void {
    this.agent.notify("session/cancel", { sessionId: this.session }).catch(() => {});
  }

  #listen(listener: Listener): void {
    this.#parts.connection.listener = {
      ...listener,
      permit: (request) => listener.permit(request),
      elicit: (request) => listener.elicit(request),
      update: (update) => {
        if (update.sessionUpdate === "available_commands_update") {
          this.commands = update.availableCommands.map(({ name }) => name);
          this.#toldCommands.resolve();
        }
        if (update.sessionUpdate === "usage_update" && update.cost?.currency === "USD") this.cost = update.cost.amount;
        listener.update(update);
      },
    };
  }
}

const promptBlocks = ({ text, images }: { readonly text: string; readonly images: readonly Image[] }) => [
  { type: "text" as const, text },
  ...images.map(({ mime, base64 }) => ({ type: "image" as const, mimeType: mime, data: base64 })),
];
