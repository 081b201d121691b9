import { z } from "zod";
import { BOUNDS } from "../../../src/bounds.ts";
import type { SessionRequest } from "../../../src/engine/contract.ts";
import type { OwnOperations } from "../../../src/engine/live.ts";
import { ALONE } from "../../../src/engine/server-pool.ts";
import { aside, onSession, type Seat } from "../../../src/engine/session-pool.ts";
import { EngineError } from "../../../src/errors.ts";
import { listSessions } from "../list-sessions.ts";
import type { PiOptions } from "../options.ts";
import { sessionUsage } from "../session-usage.ts";
import { Commands, Forked, ForkMessages, Models } from "./schema.ts";
import type { PiServer } from "./server.ts";
import { type PiRequest, takeServer } from "./sessions.ts";

const at = (request: SessionRequest & PiRequest) => takeServer(request, request.session, ALONE);
const anew = (request: PiRequest) => takeServer(request, undefined, ALONE);

/** Operations on a session between runs. */
export const piOperations: OwnOperations<PiOptions> = {
  compact: (request) =>
    onSession(at(request), async ({ server }) => {
      await server.peer.call("compact", {}, z.unknown(), BOUNDS.liveServer.compactMs);
    }),
  fork: (request) => onSession(at(request), (seat) => branch(seat, "clone")),
  undo: (request) => onSession(at(request), undoLastTurn),
  rename: (request, name) =>
    onSession(at(request), async ({ server }) => {
      await server.peer.call("set_session_name", { name }, z.unknown());
    }),
  sessions: listSessions,
  usage: sessionUsage,
  models: (request) => aside(anew(request), (server) => listModels(server, request.options.provider)),
  commands: (request) =>
    aside(anew(request), async ({ peer }) =>
      (await peer.call("get_commands", {}, Commands)).commands.map(({ name }) => name),
    ),
};

/** pi continues in a new session, which ends before the last message of the user; the old one stays as it is. */
async function undoLastTurn(seat: Seat<PiServer>) {
  const { messages } = await seat.server.peer.call("get_fork_messages", {}, ForkMessages);
  const last = messages.at(-1);
  if (last === undefined) throw new EngineError("There is no turn to take back.");
  // pi saves no session without an answer, so nobody could come back to it.
  if (messages.length === 1) throw new EngineError("This is the session's only turn: start a new thread instead.");
  return branch(seat, "fork", { entryId: last.entryId });
}

async function branch(seat: Seat<PiServer>, command: "clone" | "fork", fields: object = {}) {
  const { cancelled } = await seat.server.peer.call(command, fields, Forked);
  if (cancelled) throw new EngineError("An extension of pi does not let this session be forked.");
  await seat.server.learnSession();
  seat.moved();
  return seat.server.session;
}

/** Under a provider of the options a model's own id will do. */
async function listModels({ peer }: PiServer, provider: string | undefined): Promise<readonly string[]> {
  const { models } = await peer.call("get_available_models", {}, Models);
  if (provider === undefined) return models.map((model) => `${model.provider}/${model.id}`);
  return models.filter((model) => model.provider === provider).map((model) => model.id);
}
