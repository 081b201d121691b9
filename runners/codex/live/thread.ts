import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { endsWithin } from "../../../src/engine/ends-within.ts";
import type { RpcPeer } from "../../../src/engine/json-rpc.ts";
import { withResolvers } from "../../../src/engine/with-resolvers.ts";
import { EngineError } from "../../../src/errors.ts";
import { isThreadId } from "../resume.ts";
import type { CodexServer } from "./server.ts";
import { checkSettings, grantedSettings, type SettingsRequest, threadSettings } from "./settings.ts";
import type { EndedTurn, Notification } from "./wire.ts";

/** How long a thread may take to unload; versions that do not know the delay keep it loaded for longer. */
const UNLOAD_LIMIT_MS = 2000;

const MAX_TRIES = 50;
const RETRY_PAUSE_MS = 100;

const opened = grantedSettings.extend({ thread: z.object({ id: z.string() }) });

export interface ThreadRequest extends SettingsRequest {
  /** Absent for a new one. */
  readonly thread?: string | undefined;
}

/**
 * Starts a thread or loads it, with the rights of the options, and gives its id.
 *
 * @throws EngineError if codex cannot, or if it would give the thread other rights.
 */
export async function openThread(server: CodexServer, request: ThreadRequest): Promise<string> {
  const { thread } = request;
  if (thread !== undefined && !isThreadId(thread)) {
    throw new EngineError(
      `\`${thread}\` is not a Codex thread. Its id is needed in full, as \`codex resume\` shows it.`,
    );
  }
  const { peer } = server;
  const settings = await threadSettings(peer, request);
  const { params } = settings;
  const result =
    thread === undefined
      ? await peer.call("thread/start", { ...params, ...(request.options.ephemeral && { ephemeral: true }) }, opened)
      : await resumeThread(peer, { threadId: thread, excludeTurns: true, ...params });
  try {
    checkSettings(settings, result);
  } catch (error) {
    await closeThread(server, result.thread.id);
    throw error;
  }
  return result.thread.id;
}

/** A thread that is just being unloaded is waited for: its commands may take a moment to end. */
async function resumeThread(peer: RpcPeer, params: object): Promise<z.infer<typeof opened>> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await peer.call("thread/resume", params, opened);
    } catch (error) {
      const isClosing = error instanceof EngineError && error.message.includes("is closing");
      if (!isClosing || tries === MAX_TRIES) throw error;
      await delay(RETRY_PAUSE_MS);
    }
  }
}

/** The same again for a copy of the thread; gives the copy's id. */
export async function forkThread(server: CodexServer, request: ThreadRequest): Promise<string> {
  const { params } = await threadSettings(server.peer, request);
  const copied = { threadId: request.thread, excludeTurns: true, ...params };
  const result = await server.peer.call("thread/fork", copied, opened);
  return result.thread.id;
}

/** Unloads a thread that no turn uses, so that a terminal or another process may have it. Never throws. */
export async function closeThread(server: CodexServer, thread: string): Promise<void> {
  // A turn that was given up may end when another has begun.
  if (server.isListenedTo(thread)) return;
  const { found: closed, stop } = listenFor(server, thread, ({ method }) => method === "thread/closed" || undefined);
  const left = server.peer.call("thread/unsubscribe", { threadId: thread }, z.unknown()).then(() => closed);
  // A server that has ended keeps no lock on its threads.
  await endsWithin(Promise.race([left, server.peer.closed]), UNLOAD_LIMIT_MS).catch(() => {});
  stop();
}

/** The next turn of a thread that ends. @throws EngineError if the server ends first. */
export async function turnEnd(server: CodexServer, thread: string): Promise<EndedTurn> {
  const { found: ended, stop } = listenFor(server, thread, ({ method, params }) =>
    method === "turn/completed" ? params.turn : undefined,
  );
  try {
    const turn = await Promise.race([ended, server.peer.closed]);
    if (turn === undefined) throw new EngineError("Codex's server has ended.");
    return turn;
  } finally {
    stop();
  }
}

/** Resolves with the first thing that `find` finds in what a thread says, until `stop`. */
function listenFor<Found>(
  server: CodexServer,
  thread: string,
  find: (notification: Notification) => Found | undefined,
): { readonly found: Promise<Found>; readonly stop: () => void } {
  const { promise: found, resolve } = withResolvers<Found>();
  const stop = server.listen(thread, {
    notified: (notification) => {
      const value = find(notification);
      if (value !== undefined) resolve(value);
    },
    asked: (id) => server.peer.refuse(id, "Nobody is asked here."),
  });
  return { found, stop };
}
