import { existsSync } from "node:fs";
import { z } from "zod";
import { BOUNDS } from "../../src/bounds.ts";
import type { EngineHost } from "../../src/engine/host.ts";
import { requireKnown } from "../../src/engine/known-directory.ts";
import { EngineError } from "../../src/errors.ts";
import { queryDatabase } from "./database.ts";
import { hasDatabase } from "./places.ts";
import { isSessionId } from "./resume.ts";
import { sessionDirectories } from "./session-directories.ts";

export interface SessionLookup {
  readonly file: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly host: EngineHost;
  readonly directories?: readonly string[] | undefined;
}

/**
 * The directory of a session. Resumed in any other, opencode asks the model, prints nothing and never exits (seen in
 * 1.18.33). Asked through opencode's own `db` command: `session list` knows only one project, and `export` prints the
 * whole conversation.
 *
 * @throws EngineError if there is no such session, or its directory is gone.
 */
export async function findSessionDirectory(session: string, lookup: SessionLookup): Promise<string> {
  requireSessionId(session);
  if (!hasDatabase(lookup.env)) throw unknownSession(session);
  const known = lookup.host.keep(sessionDirectories);
  const directory = known.recall(session) ?? (await askForDirectory(session, lookup));
  if (directory === undefined) throw unknownSession(session);
  requireDirectory(directory);
  requireKnown("opencode", directory, lookup.directories);
  known.remember(session, directory);
  return directory;
}

/** @throws EngineError if it is no id of a session. */
export function requireSessionId(value: string): void {
  if (isSessionId(value)) return;
  throw new EngineError(`\`${value}\` is not an opencode session; their ids begin with \`ses_\`.`);
}

/** @throws EngineError if the directory of a session is gone. */
export function requireDirectory(directory: string): void {
  if (existsSync(directory)) return;
  throw new EngineError(`The session belongs to ${directory}, which does not exist any more. Start a new one.`);
}

export const unknownSession = (session: string): EngineError =>
  new EngineError(`opencode has no session \`${session}\`; it may have been deleted. Start a new one.`);

const Row = z.object({ directory: z.string() });

async function askForDirectory(session: string, { file, cwd, env }: SessionLookup): Promise<string | undefined> {
  const query = `select directory from session where id = '${session}'`;
  const asked = { query, row: Row, problem: "opencode could not look the session up." };
  const [found] = await queryDatabase(asked, { file, cwd, env, limitMs: BOUNDS.engine.lookupMs });
  return found?.directory;
}
