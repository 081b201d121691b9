import { z } from "zod";
import type { Operations, SessionRequest } from "../../../src/engine/contract.ts";
import { readOptions } from "../../../src/engine/live.ts";
import { EngineError } from "../../../src/errors.ts";
import { piOptions } from "../options.ts";
import { ENGINE } from "../state.ts";
import { Forked, ForkMessages, Models } from "./schema.ts";
import type { PiServer } from "./server.ts";
import type { PiSessions, Seat } from "./sessions.ts";

/** What pi can do to a session between runs. */
export function piOperations(sessions: PiSessions): Operations {
  const on = async <Result>(request: SessionRequest, act: (seat: Seat) => Promise<Result>): Promise<Result> => {
    const options = readOptions(ENGINE, piOptions, request.options);
    const seat = await sessions.take({ ...request, options }, NEVER);
    try {
      return await seat.server.claim(() => act(seat));
    } finally {
      seat.release();
    }
  };
  return {
    compact: (request) => on(request, async ({ server }) => void (await server.peer.ask("compact", z.unknown()))),
    fork: (request) => on(request, (seat) => branch(seat, "clone")),
    undo: (request) => on(request, undoLastTurn),
    rename: (request, name) =>
      on(request, async ({ server }) => void (await server.peer.ask("set_session_name", z.unknown(), { name }))),
    models: async ({ options, ...setup }) => {
      const own = readOptions(ENGINE, piOptions, options);
      // Nothing is saved of a session without a message.
      const seat = await sessions.take({ ...setup, options: own }, NEVER);
      try {
        return await listModels(seat.server, own.provider);
      } finally {
        await seat.end();
      }
    },
  };
}

const NEVER = new AbortController().signal;

/** pi goes on in a new session, which ends before the last message of the user; the old one stays as it is. */
async function undoLastTurn(seat: Seat) {
  const { messages } = await seat.server.peer.ask("get_fork_messages", ForkMessages);
  const last = messages.at(-1);
  if (last === undefined) throw new EngineError("There is no turn to take back.");
  // Of a session without an answer pi keeps nothing, so that nobody could come back to it.
  if (messages.length === 1) throw new EngineError("This is the session's only turn: start a new thread instead.");
  return branch(seat, "fork", { entryId: last.entryId });
}

async function branch(seat: Seat, command: "clone" | "fork", fields: object = {}) {
  const { cancelled } = await seat.server.peer.ask(command, Forked, fields);
  if (cancelled) throw new EngineError("An extension of pi does not let this session be forked.");
  await seat.server.learnSession();
  seat.moved();
  return { engine: ENGINE, value: seat.server.session.id };
}

/** Under a provider of the options a model's own id will do. */
async function listModels({ peer }: PiServer, provider: string | undefined): Promise<readonly string[]> {
  const { models } = await peer.ask("get_available_models", Models);
  if (provider === undefined) return models.map((model) => `${model.provider}/${model.id}`);
  return models.filter((model) => model.provider === provider).map((model) => model.id);
}
