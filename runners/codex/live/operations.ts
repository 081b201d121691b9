import { z } from "zod";
import { BOUNDS } from "../../../src/bounds.ts";
import { MS_PER_SECOND } from "../../../src/domain/time.ts";
import type { SessionRequest } from "../../../src/engine/contract.ts";
import { endsWithin } from "../../../src/engine/ends-within.ts";
import type { OwnOperations } from "../../../src/engine/live.ts";
import { ALONE, type Lease, withLease } from "../../../src/engine/server-pool.ts";
import { EngineError } from "../../../src/errors.ts";
import type { CodexOptions } from "../options.ts";
import { sessionUsage } from "../session-usage.ts";
import { clearGoal, pauseBefore, pauseGoal, readGoal } from "./goal.ts";
import type { CodexServer, ServerSetup } from "./server.ts";
import { explained, takeServer } from "./servers.ts";
import { closeThread, forkThread, openThread, type ThreadRequest, turnEnd } from "./thread.ts";

const turns = z.object({ data: z.array(z.object({ id: z.string() })) });
const threads = z.object({
  data: z.array(z.object({ id: z.string(), name: z.string().nullish(), preview: z.string(), updatedAt: z.number() })),
});
const models = z.object({ data: z.array(z.object({ model: z.string() })) });

/** Operations on a thread that has no run now; each loads the thread and unloads it again. */
export const operations: OwnOperations<CodexOptions> = {
  compact: (session) =>
    withThread(session, async (server, { thread }) => {
      const ended = turnEnd(server, thread);
      // Nobody waits for it if the start is refused.
      ended.catch(() => {});
      await server.peer.call("thread/compact/start", { threadId: thread }, z.unknown());
      const { compactMs } = BOUNDS.liveServer;
      if (!(await endsWithin(ended, compactMs))) {
        throw new EngineError(`codex did not compact the context within ${compactMs / 1000} s.`);
      }
      const turn = await ended;
      if (turn.status !== "completed") throw new EngineError(turn.error?.message || "The context was not compacted.");
    }),

  fork: (session) =>
    withThread(session, async (server, request) => {
      const copy = await forkThread(server, request);
      await closeThread(server, copy);
      return copy;
    }),

  undo: (session) =>
    withThread(session, async (server, { thread }) => {
      const { data } = await server.peer.call("thread/turns/list", { threadId: thread, limit: 1 }, turns);
      const last = data[0];
      if (last === undefined) throw new EngineError("This thread has no turn that could be taken back.");
      await server.peer.call("thread/revert", { threadId: thread, beforeTurnId: last.id }, z.unknown());
      return thread;
    }),

  rename: (session, name) =>
    withThread(session, async (server, { thread }) => {
      await server.peer.call("thread/name/set", { threadId: thread, name }, z.unknown());
    }),

  brief: (session, text) =>
    withThread(session, async (server, { thread }) => {
      const item = { type: "message", role: "user", content: [{ type: "input_text", text }] };
      await server.peer.call("thread/inject_items", { threadId: thread, items: [item] }, z.unknown());
    }),

  goal: (setup, change) =>
    withServer(setup, async ({ server: { peer } }) => {
      const { session } = setup;
      if (change === "pause") await pauseGoal(peer, session);
      if (change === "clear") await clearGoal(peer, session);
      return readGoal(peer, session);
    }),

  sessions: (setup) =>
    withServer(setup, async ({ server }) => {
      // Unless they are named, those of `codex exec` are left out (seen in 0.169.0).
      const asked = { cwd: setup.cwd, limit: 20, sourceKinds: ["cli", "vscode", "exec", "appServer"] };
      const { data } = await server.peer.call("thread/list", asked, threads);
      return data.map(({ id, name, preview, updatedAt }) => ({
        ...{ session: id, title: name || preview, at: updatedAt * MS_PER_SECOND },
      }));
    }),

  usage: sessionUsage,
  models: (setup) =>
    withServer(setup, async ({ server }) => {
      const { data } = await server.peer.call("model/list", {}, models);
      return data.map(({ model }) => model);
    }),
};

const withServer = <Result>(setup: ServerSetup, act: (lease: Lease<CodexServer>) => Promise<Result>) =>
  withLease(takeServer(setup, ALONE), (lease) => explained(lease.server, act(lease)));

async function withThread<Result>(
  session: SessionRequest & { readonly options: CodexOptions },
  act: (server: CodexServer, request: ThreadRequest & { readonly thread: string }) => Promise<Result>,
): Promise<Result> {
  return withServer(session, async ({ server, name }) => {
    const { options, cwd, trusted } = session;
    const request = { options, cwd, trusted, thread: session.session };
    await pauseBefore(server.peer, session.session);
    const thread = await openThread(server, request);
    name(thread);
    try {
      return await act(server, { ...request, thread });
    } finally {
      await closeThread(server, thread);
    }
  });
}
