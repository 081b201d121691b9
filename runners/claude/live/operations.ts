import { z } from "zod";
import type { SessionRequest } from "../../../src/engine/contract.ts";
import type { RunContext } from "../../../src/engine/driver.ts";
import type { OwnOperations } from "../../../src/engine/live.ts";
import { ALONE } from "../../../src/engine/server-pool.ts";
import { aside, onSession } from "../../../src/engine/session-pool.ts";
import { EngineError } from "../../../src/errors.ts";
import { forkSession, undoTurn } from "../branch.ts";
import { listSessions } from "../list-sessions.ts";
import type { ClaudeOptions } from "../options.ts";
import { NO_ANSWER } from "../outcome.ts";
import { sessionUsage } from "../session-usage.ts";
import { initialState } from "../state.ts";
import type { ClaudeServer } from "./server.ts";
import { type ClaudeRequest, takeServer } from "./sessions.ts";
import { Turn } from "./turn.ts";

const at = (request: SessionRequest & ClaudeRequest) => takeServer(request, request.session, ALONE);
const anew = (request: ClaudeRequest) => takeServer(request, undefined, ALONE);

const Commands = z.object({ commands: z.array(z.object({ name: z.string() })) });
const Models = z.object({ models: z.array(z.object({ value: z.string() })) });

/** Operations on a session between runs. */
export const operations: OwnOperations<ClaudeOptions> = {
  compact: (request) => onSession(at(request), ({ server }) => compact(server)),
  fork: forkSession,
  undo: undoTurn,
  rename: (request, title) =>
    onSession(at(request), async ({ server: { peer } }) => {
      await peer.call("rename_session", { title }, z.unknown());
    }),
  sessions: listSessions,
  usage: sessionUsage,
  models: (request) =>
    aside(anew(request), async ({ peer }) =>
      (await peer.call("list_models", {}, Models)).models.map(({ value }) => value),
    ),
  commands: (request) =>
    aside(anew(request), async ({ peer }) =>
      (await peer.call("initialize", {}, Commands)).commands.map(({ name }) => name),
    ),
};

/** A command of claude's own, which costs a call of the model. */
async function compact(server: ClaudeServer): Promise<void> {
  let error: string | undefined;
  const context: RunContext = {
    stopped: new AbortController().signal,
    announce: () => {},
    ready: () => {},
    drained: async () => {},
    push: (event) => {
      // It has no answer to give.
      if (event.type === "completed" && !event.ok && event.error !== NO_ANSWER) error = event.error;
    },
  };
  const turn = new Turn({ peer: server.peer, state: initialState, context, cwd: server.cwd });
  await server.play(turn, context.stopped, async () => turn.begin("/compact", []));
  if (error !== undefined) throw new EngineError(error);
}
