import { z } from "zod";
import type { ProcessMark } from "../../../src/domain/run.ts";
import type { WorkSetup } from "../../../src/engine/contract.ts";
import { describeExit } from "../../../src/engine/exit.ts";
import { type RequestId, RpcPeer } from "../../../src/engine/json-rpc.ts";
import { type LiveProcess, shakeHands, startLiveProcess } from "../../../src/engine/live-process.ts";
import type { Ending } from "../../../src/engine/process.ts";
import type { AddTap } from "../../../src/engine/tap.ts";
import { unknownKinds } from "../../../src/engine/unknown-kinds.ts";
import { EngineError } from "../../../src/errors.ts";
import type { Logger } from "../../../src/log.ts";
import { explain, saidOnStderr } from "../failure.ts";
import type { CodexOptions } from "../options.ts";
import { CODEX_VARIABLES } from "../probe.ts";
import { CODEX_NOTIFICATIONS } from "./contract.ts";
import { type ServerRequest, serverRequest } from "./requests.ts";
import { type Notification, notification, threadStarted, UNREAD_NOTIFICATIONS } from "./wire.ts";

/** The listener of a thread. */
export interface ThreadListener {
  notified(notification: Notification): void;
  /** Also on behalf of the thread's sub-agents. To be answered by its id. */
  asked(id: RequestId, request: ServerRequest): void;
}

export type ServerSetup = Omit<WorkSetup, "cwd"> & { readonly options: CodexOptions };

/** The command line of the server that serves runs of these options. */
export function serverCommand(options: CodexOptions): { readonly file: string; readonly args: readonly string[] } {
  const args = ["-c", "features.unbounded_connection_retries=false", ...(options.extra_args ?? ["-c", "notify=[]"])];
  return { file: options.cmd ?? "codex", args: [...args, "app-server"] };
}

/**
 * Starts a server and shakes hands with it.
 *
 * @throws EngineError if it cannot be started, ends at once, or says nothing for a minute.
 */
export async function startServer(setup: ServerSetup, announce: (mark: ProcessMark) => void): Promise<CodexServer> {
  const { options, env, log, host } = setup;
  // On SIGINT it would leave unsandboxed commands running (seen in 0.169.0).
  const process = await startLiveProcess({
    ...{ id: "codex", ...serverCommand(options), cwd: "/", env, patterns: CODEX_VARIABLES, options },
    ...{ stopSignal: "SIGTERM", log, guard: host.guard, announce },
  });
  const server = new CodexServer(process, log);
  const { peer, explainEnd } = server;
  const hello = async (): Promise<void> => {
    await peer.call("initialize", HELLO, z.unknown());
    peer.notify("initialized");
  };
  await shakeHands({ process, label: "Codex", explain: explainEnd, hello, hasClosed: () => peer.hasClosed() });
  return server;
}

const HELLO = {
  clientInfo: { name: "takopi", title: "takopi", version: "1" },
  capabilities: {
    experimentalApi: true,
    requestAttestation: false,
    optOutNotificationMethods: UNREAD_NOTIFICATIONS,
  },
};

const KNOWN_NOTIFICATIONS = new Set<string>(notification.options.flatMap(({ shape }) => [...shape.method.values]));
const ofThread = z.object({ threadId: z.string() });

/** One `codex app-server`: hands what it says to the threads that it is about. */
export class CodexServer {
  readonly peer: RpcPeer;
  readonly mark: ProcessMark;
  readonly gone: Promise<Ending>;
  readonly tap: AddTap;
  readonly #process: LiveProcess;
  readonly #log: Logger;
  readonly #listeners = new Map<string, ThreadListener>();
  readonly #tellUnknown: (method: string) => void;
  /** Threads of sub-agents, with that of their parent. */
  readonly #parents = new Map<string, string>();

  constructor(process: LiveProcess, log: Logger) {
    this.mark = process.mark;
    this.gone = process.gone;
    this.tap = process.tap;
    this.#process = process;
    this.#log = log;
    this.#tellUnknown = unknownKinds(log);
    this.peer = new RpcPeer(process, "Codex", log);
    this.peer.listener = ({ id, method, params }) =>
      id === undefined ? this.#notified(method, params) : this.#asked(id, method, params);
    // One that closes its output has nothing more to do.
    void this.peer.closed.then(() => process.stop());
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  /** Ends it without asking. */
  kill(): Promise<void> {
    return this.#process.kill();
  }

  /** Listens to a thread until the function that it gives is called. A later listener takes the place of this one. */
  listen(thread: string, listener: ThreadListener): () => void {
    this.#listeners.set(thread, listener);
    return () => {
      if (this.#listeners.get(thread) === listener) this.#listeners.delete(thread);
    };
  }

  isListenedTo(thread: string): boolean {
    return this.#listeners.has(thread);
  }

  /** Why a call failed: the end of the server says more than that there was no answer. */
  explainEnd(ending: Ending, cause?: unknown): EngineError {
    const stderr = saidOnStderr(ending.stderr);
    return new EngineError(explain(describeExit("Codex", { ...ending, stderr, stopped: undefined })), { cause });
  }

  #notified(method: string, params: unknown): void {
    if (method === "thread/started") this.#adopt(params);
    if (!CODEX_NOTIFICATIONS.has(method)) this.#tellUnknown(method);
    if (!KNOWN_NOTIFICATIONS.has(method)) return;
    const parsed = notification.safeParse({ method, params });
    if (!parsed.success) {
      this.#log.warn({ method, where: parsed.error.issues[0]?.path.join(".") }, "engine.line_skipped");
      return;
    }
    const { threadId } = parsed.data.params;
    if (threadId) this.#listenerOf(threadId)?.notified(parsed.data);
  }

  #asked(id: RequestId, method: string, params: unknown): void {
    const parsed = serverRequest.safeParse({ method, params });
    const thread = ofThread.safeParse(params).data?.threadId ?? "";
    const listener = this.#listenerOf(thread);
    if (parsed.success && listener !== undefined) {
      listener.asked(id, parsed.data);
      return;
    }
    this.#log.warn({ method, thread, isKnown: parsed.success }, "engine.request_refused");
    this.peer.refuse(id, parsed.success ? "Nobody listens to this thread." : `${method} is not supported.`);
  }

  /** Hands what a sub-agent's thread says to the listener of its parent. */
  adopt(thread: string, parent: string): void {
    this.#parents.set(thread, this.#parents.get(parent) ?? parent);
  }

  /** The threads of sub-agents are not needed any more. */
  letGo(threads: readonly string[]): void {
    for (const thread of threads) {
      this.#parents.delete(thread);
      this.peer.tell("thread/unsubscribe", { threadId: thread });
    }
  }

  #adopt(params: unknown): void {
    const { thread } = threadStarted.safeParse(params).data ?? {};
    if (thread?.parentThreadId) this.adopt(thread.id, thread.parentThreadId);
  }

  #listenerOf(thread: string): ThreadListener | undefined {
    return this.#listeners.get(thread) ?? this.#listeners.get(this.#parents.get(thread) ?? "");
  }
}
