import { existsSync } from "node:fs";
import type { EngineHost } from "../../../src/engine/host.ts";
import { EngineError } from "../../../src/errors.ts";
import { sessionDirectories } from "../session-directories.ts";
import { requireDirectory, requireSessionId, unknownSession } from "../sessions.ts";
import { type Client, requireTaken } from "./client.ts";
import { Session } from "./schema.ts";

export interface Opening {
  readonly client: Client;
  readonly cwd: string;
  readonly host: EngineHost;
  /** Gives it up. */
  readonly stopped?: AbortSignal | undefined;
}

/**
 * A session that is there already, with the directory in which it works, whatever directory it is asked for from.
 *
 * @throws EngineError if there is none, or its directory is gone.
 */
export async function findSession({ client, cwd, host, stopped }: Opening, value: string): Promise<Session> {
  requireSessionId(value);
  const directory = existsSync(cwd) ? cwd : "/";
  const answer = await client.send({ method: "GET", path: `/session/${value}`, directory, signal: stopped });
  if (answer.status === 404) throw unknownSession(value);
  requireTaken(answer);
  const session = Session.parse(answer.body);
  requireDirectory(session.directory);
  host.keep(sessionDirectories).remember(value, session.directory);
  return session;
}

/** @throws EngineError if the directory does not exist or the server refuses. */
export async function createSession(
  { client, cwd, host, stopped }: Opening,
  title: string | undefined,
): Promise<Session> {
  if (!existsSync(cwd)) throw new EngineError(`The directory ${cwd} does not exist.`);
  const call = { method: "POST", path: "/session", directory: cwd, body: { title }, signal: stopped } as const;
  const session = await client.ask(call, Session);
  host.keep(sessionDirectories).remember(session.id, session.directory);
  return session;
}
