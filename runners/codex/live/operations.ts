import { z } from "zod";
import type { Operations, SessionRequest } from "../../../src/engine/contract.ts";
import { readOptions } from "../../../src/engine/live.ts";
import { EngineError } from "../../../src/errors.ts";
import { codexOptions } from "../options.ts";
import type { CodexServer } from "./server.ts";
import { withServer } from "./servers.ts";
import { closeThread, forkThread, openThread, type ThreadRequest, turnEnd } from "./thread.ts";

const turns = z.object({ data: z.array(z.object({ id: z.string() })) });
const models = z.object({ data: z.array(z.object({ model: z.string() })) });

/** What can be done to a thread that has no run now; it is loaded for that and unloaded again. */
export const operations: Operations = {
  compact: (session) =>
    withThread(session, async (server, { thread }) => {
      const ended = turnEnd(server, thread);
      // Nobody waits for it where the start is refused.
      ended.catch(() => {});
      await server.peer.call("thread/compact/start", { threadId: thread }, z.unknown());
      const turn = await ended;
      if (turn.status !== "completed") throw new EngineError(turn.error?.message || "The context was not compacted.");
    }),

  fork: (session) =>
    withThread(session, async (server, request) => {
      const copy = await forkThread(server, request);
      await closeThread(server, copy);
      return { engine: "codex", value: copy };
    }),

  undo: (session) =>
    withThread(session, async (server, { thread }) => {
      const { data } = await server.peer.call("thread/turns/list", { threadId: thread, limit: 1 }, turns);
      const last = data[0];
      if (last === undefined) throw new EngineError("This thread has no turn that could be taken back.");
      await server.peer.call("thread/revert", { threadId: thread, beforeTurnId: last.id }, z.unknown());
      return { engine: "codex", value: thread };
    }),

  rename: (session, name) =>
    withThread(session, async (server, { thread }) => {
      await server.peer.call("thread/name/set", { threadId: thread, name }, z.unknown());
    }),

  models: async (setup) => {
    const options = readOptions("codex", codexOptions, setup.options);
    return withServer({ ...setup, options }, NEVER, async ({ server }) => {
      const { data } = await server.peer.call("model/list", {}, models);
      return data.map(({ model }) => model);
    });
  },
};

/** Operations are short, and nobody stops them. */
const NEVER = new AbortController().signal;

async function withThread<Result>(
  session: SessionRequest,
  act: (server: CodexServer, request: ThreadRequest & { readonly thread: string }) => Promise<Result>,
): Promise<Result> {
  const options = readOptions("codex", codexOptions, session.options);
  return withServer({ ...session, options }, NEVER, async ({ server, name }) => {
    const { cwd, trusted, resume } = session;
    const request = { options, cwd, trusted, thread: resume.value };
    const thread = await openThread(server, request);
    name(thread);
    try {
      return await act(server, { ...request, thread });
    } finally {
      await closeThread(server, thread);
    }
  });
}
