import { existsSync } from "node:fs";
import type { EngineHost } from "../../../src/engine/host.ts";
import { EngineError } from "../../../src/errors.ts";
import { isSessionId } from "../resume.ts";
import { sessionDirectories } from "../session-directories.ts";
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
  if (!isSessionId(value))
    throw new EngineError(`\`${value}\` is not an opencode session; their ids begin with \`ses_\`.`);
  const directory = existsSync(cwd) ? cwd : "/";
  const answer = await client.send({ method: "GET", path: `/session/${value}`, directory, signal: stopped });
  if (answer.status === 404) {
    throw new EngineError(`opencode has no session \`${value}\`; it may have been deleted. Start a new one.`);
  }
  requireTaken(answer);
  const session = Session.parse(answer.body);
  if (!existsSync(session.directory)) {
    throw new EngineError(
      `The session belongs to ${session.directory}, which does not exist any more. Start a new one.`,
    );
  }
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
