import { lstat, readlink, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import type { RunEvent } from "../domain/events.ts";
import type { Approval, Place } from "../domain/question.ts";
import type { GitPlace } from "./git.ts";
import { nestedRepository } from "./nested.ts";

/**
 * Adds to each approval where it would take effect. Rules need that, and only the machine that runs the engine can
 * tell.
 */
export async function* locateQuestions(events: AsyncIterable<RunEvent>, home: Home): AsyncGenerator<RunEvent, void> {
  for await (const event of events) {
    if (event.type !== "question" || event.question.kind === "choice" || event.question.kind === "text") yield event;
    else yield { ...event, question: { ...event.question, place: await locate(event.question, home) } };
  }
}

/** A run's directory without links, and the repository that git uses there. */
export interface Home {
  readonly directory: string;
  readonly repository: string | undefined;
  /** Of the bridge. */
  readonly env: GitPlace["env"];
}

/** Taken before the run begins, so that a repository that it makes is another one. */
export async function findHome(path: string, env: GitPlace["env"]): Promise<Home> {
  const directory = await realOf(path);
  return { directory, repository: await repositoryOf(directory), env };
}

export async function locate({ cwd, paths = [], command = "" }: Approval, home: Home): Promise<Place> {
  const { directory, repository } = home;
  const at = cwd === undefined || !isAbsolute(cwd) ? undefined : await realOf(cwd);
  const isBelow = at !== undefined && (at === directory || at.startsWith(join(directory, "/")));
  const isHere = isBelow && (await repositoryOf(at)) === repository;
  const nested = isHere ? await nestedIn(home, command) : undefined;
  const place = { isOwn: isHere && nested === undefined, directory, ...(nested !== undefined && { nested }) };
  if (paths.length === 0 || !paths.every((path) => isAbsolute(path))) return place;
  return { ...place, paths: await Promise.all(paths.map((path) => realOf(path))) };
}

/** If git fails, any repository may be there. */
const nestedIn = async ({ repository, env }: Home, line: string): Promise<string | undefined> =>
  repository === undefined
    ? undefined
    : nestedRepository({ path: repository, env }, line).catch(() => "git could not tell which");

/** The directory whose repository git uses here: with a `.git`, or itself a bare one. */
async function repositoryOf(directory: string): Promise<string | undefined> {
  for (let at = directory; ; at = dirname(at)) {
    if (await isThere(join(at, ".git"))) return at;
    const parts = await Promise.all(["HEAD", "objects", "refs"].map((name) => isThere(join(at, name))));
    if (parts.every((is) => is)) return at;
    if (at === dirname(at)) return undefined;
  }
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** The same as in Linux. */
const MAX_LINKS = 40;

/** A path without links, also if nothing is there yet: for a link that leads nowhere, the path that it names. */
async function realOf(path: string, links = 0): Promise<string> {
  const full = resolve(path);
  const real = await realpath(full).catch(() => undefined);
  if (real !== undefined || dirname(full) === full || links > MAX_LINKS) return real ?? full;
  const target = await readlink(full).catch(() => undefined);
  if (target !== undefined) return realOf(resolve(dirname(full), target), links + 1);
  return join(await realOf(dirname(full), links), basename(full));
}
