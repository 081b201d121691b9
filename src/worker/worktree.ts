import { lstat, realpath, rm, stat } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { unlessAborted } from "../engine/unless-aborted.ts";
import { UserError } from "../errors.ts";
import { type GitPlace, git, keeperOf, tryGit } from "./git.ts";

/** The settings of a project that its worktrees depend on. */
export interface Repository {
  /** The main checkout, absolute. */
  readonly path: string;
  /** Relative to `path`, or absolute. */
  readonly worktrees_dir: string;
  readonly worktree_base?: string | undefined;
}

export class Worktrees {
  readonly #env: GitPlace["env"];
  /** By path: those that are being looked for, made, or taken away again. */
  readonly #inWork = new Map<string, Promise<unknown>>();

  /** @param env Of the bridge; git gets a scrubbed copy. */
  constructor(env: GitPlace["env"]) {
    this.#env = env;
  }

  /**
   * The directory for a branch of a project: the main checkout if that branch is checked out there, else its worktree.
   * A missing one is made from the local branch, from `origin/<branch>` as last fetched, or from the base.
   *
   * @throws UserError with what git said; `signal.reason` once aborted, with nothing half made left.
   */
  async ensure(repository: Repository, branch: string, signal?: AbortSignal): Promise<string> {
    const root = resolve(repository.path, repository.worktrees_dir);
    const path = worktreePath(root, branch);
    const place = { ...repository, env: this.#env, signal };
    if ((await tryGit(place, "symbolic-ref", "--short", "HEAD")) === branch) return repository.path;
    const other = () => this.#inWork.get(path);
    for (let work = other(); work !== undefined; work = other()) await unlessAborted(work, signal);
    const work = findOrMake(place, branch, { path, root });
    const end = () => void this.#inWork.delete(path);
    this.#inWork.set(path, work.then(end, end));
    return work;
  }
}

interface Target {
  readonly path: string;
  /** All worktrees are below this folder. */
  readonly root: string;
}

async function findOrMake(place: Repository & GitPlace, branch: string, { path, root }: Target): Promise<string> {
  const { env, signal } = place;
  if (await exists(path)) {
    await requireWorktree({ path, env, signal }, { root, repository: place.path });
    return path;
  }
  await requireInside(path, root);
  await git(place, "check-ref-format", "--branch", branch);
  const content = await contentOf(place, branch, path);
  try {
    await git(place, "worktree", "add", ...content);
  } catch (error) {
    // A filter may have worked on it: the next try begins again.
    if (signal?.aborted) await removeWorktree({ path: place.path, env }, { path, root });
    throw error;
  }
  return path;
}

/** The arguments of `git worktree add`. */
async function contentOf(place: Repository & GitPlace, branch: string, path: string): Promise<readonly string[]> {
  if (await hasRef(place, `refs/heads/${branch}`)) return ["--", path, branch];
  const remote = `origin/${branch}`;
  const base = (await hasRef(place, `refs/remotes/${remote}`)) ? remote : await baseOf(place);
  return ["-b", branch, "--", path, base];
}

/** Git removes a worktree without files even if it is locked, as every unfinished one is. */
async function removeWorktree(repository: GitPlace, { path, root }: Target): Promise<void> {
  await requireInside(path, root);
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  await tryGit(repository, "worktree", "remove", "--force", "--force", "--", path);
}

function worktreePath(root: string, branch: string): string {
  if (branch === "") throw new UserError("The branch name is empty.");
  if (branch.startsWith("/") || branch.startsWith("-")) {
    throw new UserError(`The branch name cannot begin with '${branch[0]}'.`);
  }
  if (branch.split("/").includes("..")) throw new UserError("The branch name cannot contain '..'.");
  const path = resolve(root, branch);
  if (!isInside(path, root)) throw new UserError("The branch name leads out of the worktrees directory.");
  return path;
}

function isInside(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Refuses a directory that is no worktree of the repository, or that a link leads out of the root to. */
async function requireWorktree(
  place: GitPlace,
  { root, repository }: { readonly root: string; readonly repository: string },
): Promise<void> {
  const { path } = place;
  await requireInside(path, root);
  const top = await tryGit(place, "rev-parse", "--show-toplevel");
  if (top === undefined || (await realpath(top)) !== (await realpath(path))) {
    throw new UserError(`${path} exists but is not a git worktree: move it away, or use another branch.`);
  }
  // A repository of its own may have been made by a run, and its settings name programs.
  if ((await keeperOf(place)) !== (await keeperOf({ ...place, path: repository }))) {
    throw new UserError(`${path} is another repository than ${repository}: move it away, or use another branch.`);
  }
}

/** Refuses a path that a link leads out of the root; of a path that is still to be made, as far as it is there. */
async function requireInside(path: string, root: string): Promise<void> {
  if (!(await isThere(root))) return;
  let nearest = path;
  while (!(await isThere(nearest))) nearest = dirname(nearest);
  const [real, realRoot] = await Promise.all([realpath(nearest), realpath(root)]).catch(() => []);
  const isRoot = real === realRoot && nearest !== path;
  if (real === undefined || realRoot === undefined || !(isRoot || isInside(real, realRoot)))
    throw new UserError("The branch's directory is a link out of the worktrees directory.");
}

/** The base of a new branch: `worktree_base`, else the target of origin/HEAD, the current branch, master, main. */
export async function baseOf(place: Repository & GitPlace): Promise<string> {
  if (place.worktree_base !== undefined) return place.worktree_base;
  const remoteHead = await tryGit(place, "symbolic-ref", "--short", "refs/remotes/origin/HEAD");
  if (remoteHead) return remoteHead;
  const current = await tryGit(place, "symbolic-ref", "--short", "HEAD");
  for (const name of [current, "master", "main"]) {
    if (name && (await hasRef(place, `refs/heads/${name}`))) return name;
  }
  throw new UserError(
    "I cannot tell which branch a new worktree should start from: set worktree_base for this project.",
  );
}

async function hasRef(place: GitPlace, ref: string): Promise<boolean> {
  return (await tryGit(place, "show-ref", "--verify", ref)) !== undefined;
}

/** Also of a link that leads nowhere. */
async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
