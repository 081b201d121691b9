import { open, readdir, stat } from "node:fs/promises";
import { basename, isAbsolute, join, resolve } from "node:path";
import { z } from "zod";
import { parseJson } from "../../src/engine/json.ts";
import { requireKnown } from "../../src/engine/known-directory.ts";
import { EngineError } from "../../src/errors.ts";
import { expandHome, type SessionPlaces } from "./session-places.ts";

/** A session as its file's first line describes it. */
export interface SessionFile {
  /** Absolute. */
  readonly path: string;
  readonly id: string;
  /** The directory in which pi will work when it resumes the session. */
  readonly cwd: string;
}

/** In bytes; the header line of a session file is far shorter. */
const HEADER_LIMIT = 16 * 1024;

const Header = z.object({ type: z.literal("session"), id: z.string().min(1), cwd: z.string().default("") });

/**
 * The session of a full id, the beginning of an id, or a path. pi itself would ask on a terminal, or begin a new
 * session if the file is missing, so nothing is left to pi.
 *
 * @throws EngineError if there is none, if several begin alike, or if its directory is gone or not known here.
 */
export async function findSession(value: string, places: SessionPlaces): Promise<SessionFile> {
  const session = isPath(value) ? await openPath(value, places) : await lookUp(value, places);
  if (!(await isDirectory(session.cwd))) {
    throw new EngineError(
      `This pi session works in ${session.cwd}, which is no longer there. Start a new thread, or restore the directory.`,
    );
  }
  requireKnown("pi", session.cwd, places.directories);
  return session;
}

const isPath = (value: string): boolean => /[/\\]/.test(value) || value.endsWith(".jsonl");

async function openPath(value: string, places: SessionPlaces): Promise<SessionFile> {
  const path = resolve(places.cwd, expandHome(value, places.home));
  const session = await readSession(path, places);
  if (session) return session;
  throw new EngineError(`There is no pi session in ${path}. Start a new thread, or name another session.`);
}

/** The project's own sessions come first, as in pi; then those of all others. */
async function lookUp(value: string, places: SessionPlaces): Promise<SessionFile> {
  for (const folders of [[places.own], await places.all()]) {
    const paths = (await Promise.all(folders.map(listSessions))).flat();
    // pi names a file after its session; files named by others (`--session <new path>`) are opened only when need be.
    const named = paths.filter((path) => basename(path).toLowerCase().includes(`_${value.toLowerCase()}`));
    const session = (await findIn(named, value, places)) ?? (await findIn(paths, value, places));
    if (session) return session;
  }
  throw new EngineError(
    `There is no pi session ${value} on this machine; a run that ended early may not have been saved. Start a new thread.`,
  );
}

async function findIn(
  paths: readonly string[],
  value: string,
  places: SessionPlaces,
): Promise<SessionFile | undefined> {
  const found = new Map<string, SessionFile>();
  for (const path of paths) {
    const session = await readSession(path, places);
    const id = session?.id.toLowerCase();
    if (session && id?.startsWith(value.toLowerCase())) found.set(id, session);
  }
  const [first, second] = found.values();
  const exact = found.get(value.toLowerCase());
  if (exact || !second) return exact ?? first;
  throw new EngineError(`Several pi sessions begin with ${value}. Name the one you mean by more of its id.`);
}

async function listSessions(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith(".jsonl")).map((name) => join(folder, name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function readSession(path: string, places: SessionPlaces): Promise<SessionFile | undefined> {
  // oh-my-pi writes the title into a line before it.
  const [header] = (await readStart(path)).flatMap((line) => Header.safeParse(parseJson(line)).data ?? []);
  if (header === undefined) return undefined;
  const cwd = isAbsolute(header.cwd) ? header.cwd : places.cwd;
  return { path, id: header.id, cwd };
}

/** The first two lines. */
async function readStart(path: string): Promise<readonly string[]> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_LIMIT));
    return buffer.toString("utf8", 0, bytesRead).trimStart().split("\n", 2);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR", "EISDIR"].includes(String(error.code));
