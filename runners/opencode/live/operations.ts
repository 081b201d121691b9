import { z } from "zod";
import { BOUNDS } from "../../../src/bounds.ts";
import type { SessionRequest } from "../../../src/engine/contract.ts";
import type { OwnOperations } from "../../../src/engine/live.ts";
import { ALONE } from "../../../src/engine/server-pool.ts";
import { EngineError } from "../../../src/errors.ts";
import { readFailure } from "../failure.ts";
import { listSessions } from "../list-sessions.ts";
import type { OpencodeOptions } from "../options.ts";
import { sessionUsage } from "../session-usage.ts";
import type { ServerSetup } from "./launch.ts";
import { splitModel } from "./prompt.ts";
import { Commands, Messages, Providers, Session } from "./schema.ts";
import type { OpencodeServer } from "./server.ts";
import { takeServer, toolsKeyOf } from "./servers.ts";
import { findSession } from "./session.ts";

async function withServer<Value>(setup: ServerSetup, work: (server: OpencodeServer) => Promise<Value>): Promise<Value> {
  const lease = await takeServer(setup, ALONE);
  try {
    return await work(lease.server);
  } finally {
    lease.release();
  }
}

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
  fork: (request) => withSession(request, ({ client }, session) => fork({ client, session })),
  undo: (request) => withSession(request, undo),
  rename: (request, title) => withSession(request, (server, session) => rename(server, session, title)),
  brief: (request, text) => withSession(request, (server, session) => brief(server, session, text)),
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
  const { id, directory } = session;
  let failure: string | undefined;
  const unwatch = server.feed.watch(id, {
    take: ({ type, properties }) => {
      if (type === "session.error" && properties.sessionID === id) failure ??= readFailure(properties).text;
    },
  });
  try {
    const body = model === undefined ? await modelOf(server, session) : splitModel(model);
    const call = { method: "POST", path: `/session/${id}/summarize`, directory, body } as const;
    await server.client.ask({ ...call, limitMs: BOUNDS.liveServer.compactMs }, z.unknown());
  } finally {
    unwatch();
  }
  if (failure !== undefined) throw new EngineError(failure);
}

/** The model of the session's newest turn. */
async function modelOf({ client }: OpencodeServer, { id, directory, model }: Session) {
  if (model !== undefined) return { providerID: model.providerID, modelID: model.id };
  const providers = await client.ask({ method: "GET", path: "/config/providers", directory }, Providers);
  const [first] = Object.entries(providers.default);
  if (first === undefined) throw new EngineError(`No model is known for \`${id}\`; set \`opencode.model\`.`);
  return { providerID: first[0], modelID: first[1] };
}

interface Fork {
  readonly client: OpencodeServer["client"];
  readonly session: Session;
  /** The message before which the new session ends; it has all of them if this is absent. */
  readonly before?: string;
}

async function fork({ client, session: { id, directory }, before }: Fork): Promise<string> {
  const body = before === undefined ? {} : { messageID: before };
  const made = await client.ask({ method: "POST", path: `/session/${id}/fork`, directory, body }, Session);
  return made.id;
}

/** Goes on in a copy that ends before the last prompt: opencode's own `revert` would change files as well. */
async function undo({ client }: OpencodeServer, session: Session): Promise<string> {
  const { id, directory } = session;
  const messages = await client.ask({ method: "GET", path: `/session/${id}/message`, directory }, Messages);
  const last = messages.findLast(
    ({ info, parts }) => info.role === "user" && parts.some(({ type, synthetic }) => type === "text" && !synthetic),
  );
  if (last === undefined) throw new EngineError("The session has no turn that could be taken back.");
  return fork({ client, session, before: last.info.id });
}

async function rename({ client }: OpencodeServer, { id, directory }: Session, title: string): Promise<void> {
  await client.ask({ method: "PATCH", path: `/session/${id}`, directory, body: { title } }, z.unknown());
}

/** `/undo` skips what is synthetic. */
async function brief({ client }: OpencodeServer, { id, directory }: Session, text: string): Promise<void> {
  const body = { noReply: true, parts: [{ type: "text", text, synthetic: true }] };
  await client.ask({ method: "POST", path: `/session/${id}/message`, directory, body }, z.unknown());
}

async function listModels({ client }: OpencodeServer, directory: string): Promise<string[]> {
  const { providers } = await client.ask({ method: "GET", path: "/config/providers", directory }, Providers);
  return providers.flatMap(({ id, models }) => Object.keys(models).map((model) => `${id}/${model}`));
}
