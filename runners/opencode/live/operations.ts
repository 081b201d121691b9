import { z } from "zod";
import { BOUNDS } from "../../../src/bounds.ts";
import type { SessionRequest } from "../../../src/engine/contract.ts";
import type { OwnOperations } from "../../../src/engine/live.ts";
import { ALONE, withLease } from "../../../src/engine/server-pool.ts";
import { EngineError } from "../../../src/errors.ts";
import { readFailure } from "../failure.ts";
import { listSessions } from "../list-sessions.ts";
import type { OpencodeOptions } from "../options.ts";
import { sessionUsage } from "../session-usage.ts";
import type { Call, Client } from "./client.ts";
import { readProviders } from "./context.ts";
import type { ServerSetup } from "./launch.ts";
import { splitModel } from "./prompt.ts";
import { Commands, Messages, Session } from "./schema.ts";
import type { OpencodeServer } from "./server.ts";
import { takeServer, toolsKeyOf } from "./servers.ts";
import { findSession } from "./session.ts";

const withServer = <Value>(setup: ServerSetup, work: (server: OpencodeServer) => Promise<Value>): Promise<Value> =>
  withLease(takeServer(setup, ALONE), ({ server }) => work(server));

function withSession<Value>(
  request: SessionRequest & { readonly options: OpencodeOptions },
  work: (server: OpencodeServer, session: Session) => Promise<Value>,
): Promise<Value> {
  const toolsKey = toolsKeyOf(request.host, request.session);
  return withServer({ ...request, toolsKey }, async (server) =>
    work(server, await findSession({ ...request, client: server.client }, request.session)),
  );
}

/** Operations on a session that has no run now. */
export const operations: OwnOperations<OpencodeOptions> = {
  compact: (request) => withSession(request, (server, session) => compact(server, session, request.options.model)),
  fork: (request) => withSession(request, ({ client }, session) => fork(client, session)),
  undo: (request) => withSession(request, undo),
  rename: (request, title) =>
    withSession(request, async ({ client }, session) => {
      await client.ask(callOf(session, "PATCH", "", { title }), z.unknown());
    }),
  brief: (request, text) =>
    withSession(request, async ({ client }, session) => {
      // `/undo` skips what is synthetic.
      const body = { noReply: true, parts: [{ type: "text", text, synthetic: true }] };
      await client.ask(callOf(session, "POST", "/message", body), z.unknown());
    }),
  sessions: listSessions,
  usage: sessionUsage,
  models: (setup) => withServer(setup, (server) => listModels(server, setup.cwd)),
  commands: (setup) =>
    withServer(setup, async ({ client }) => {
      const all = await client.ask({ method: "GET", path: "/command", directory: setup.cwd }, Commands);
      return all.map(({ name }) => name);
    }),
};

async function compact(server: OpencodeServer, session: Session, model: string | undefined): Promise<void> {
  const { id } = session;
  let failure: string | undefined;
  const unwatch = server.feed.watch(id, {
    take: ({ type, properties }) => {
      if (type === "session.error" && properties.sessionID === id) failure ??= readFailure(properties).text;
    },
  });
  try {
    const body = model === undefined ? await modelOf(server, session) : splitModel(model);
    const call = callOf(session, "POST", "/summarize", body);
    await server.client.ask({ ...call, limitMs: BOUNDS.liveServer.compactMs }, z.unknown());
  } finally {
    unwatch();
  }
  if (failure !== undefined) throw new EngineError(failure);
}

/** The model of the session's newest turn. */
async function modelOf({ client }: OpencodeServer, { id, directory, model }: Session) {
  if (model !== undefined) return { providerID: model.providerID, modelID: model.id };
  const [first] = Object.entries((await readProviders(client, directory)).default);
  if (first === undefined) throw new EngineError(`No model is known for \`${id}\`; set \`opencode.model\`.`);
  return { providerID: first[0], modelID: first[1] };
}

/** @param messageID The new session ends before it, and has all messages without it. */
async function fork(client: Client, session: Session, messageID?: string): Promise<string> {
  return (await client.ask(callOf(session, "POST", "/fork", { messageID }), Session)).id;
}

/** Continues in a copy that ends before the last prompt: opencode's own `revert` would change files as well. */
async function undo({ client }: OpencodeServer, session: Session): Promise<string> {
  const messages = await client.ask(callOf(session, "GET", "/message"), Messages);
  const last = messages.findLast(
    ({ info, parts }) => info.role === "user" && parts.some(({ type, synthetic }) => type === "text" && !synthetic),
  );
  if (last === undefined) throw new EngineError("The session has no turn that could be taken back.");
  return fork(client, session, last.info.id);
}

async function listModels({ client }: OpencodeServer, directory: string): Promise<string[]> {
  const { providers } = await readProviders(client, directory);
  return providers.flatMap(({ id, models }) => Object.keys(models).map((model) => `${id}/${model}`));
}

const callOf = ({ id, directory }: Session, method: Call["method"], path: string, body?: unknown): Call => ({
  ...{ method, path: `/session/${id}${path}`, directory, body },
});
