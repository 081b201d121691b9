import { execFile } from "node:child_process";
import { lstat, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { UserError } from "../errors.ts";

/** Of a project, what its worktrees depend on. */
export interface Repository {
  /** The main checkout, absolute. */
  readonly path: string;
  /** Relative to `path`, or absolute. */
  readonly worktrees_dir: string;
  readonly worktree_base?: string | undefined;
}

const GIT_TIMEOUT_MS = 120_000;

/**
 * The directory for a branch of a project: the main checkout where that branch is checked out there, else its worktree,
 * which is made when it is missing: from the local branch, from `origin/<branch>` as last fetched, or from the base.
 *
 * @throws UserError with what git said.
 */
export async function ensureWorktree(repository: Repository, branch: string): Promise<string> {
  const root = resolve(repository.path, repository.worktrees_dir);
  const path = worktreePath(root, branch);
  if ((await tryGit(repository.path, "symbolic-ref", "--short", "HEAD")) === branch) return repository.path;
  if (await exists(path)) {
    await requireWorktree(path, root);
    return path;
  }
  await requireInside(path, root);
  await git(repository.path, "check-ref-format", "--branch", branch);
  if (await hasRef(repository.path, `refs/heads/${branch}`)) {
    await git(repository.path, "worktree", "add", "--", path, branch);
  } else {
    const remote = `origin/${branch}`;
    const base = (await hasRef(repository.path, `refs/remotes/${remote}`)) ? remote : await baseOf(repository);
    await git(repository.path, "worktree", "add", "-b", branch, "--", path, base);
  }
  return path;
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

/** Refuses a directory that is no worktree of its own, or that a link leads out of the root to. */
async function requireWorktree(path: string, root: string): Promise<void> {
  await requireInside(path, root);
  const top = await tryGit(path, "rev-parse", "--show-toplevel");
  if (top === undefined || (await realpath(top)) !== (await realpath(path))) {
    throw new UserError(`${path} exists but is not a git worktree: move it away, or use another branch.`);
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

/** `worktree_base`, else what origin/HEAD points to, the current branch, master, main. */
async function baseOf({ path, worktree_base }: Repository): Promise<string> {
  if (worktree_base !== undefined) return worktree_base;
  const remoteHead = await tryGit(path, "symbolic-ref", "--short", "refs/remotes/origin/HEAD");
  if (remoteHead) return remoteHead;
  const current = await tryGit(path, "symbolic-ref", "--short", "HEAD");
  for (const name of [current, "master", "main"]) {
    if (name && (await hasRef(path, `refs/heads/${name}`))) return name;
  }
  throw new UserError(
    "I cannot tell which branch a new worktree should start from: set worktree_base for this project.",
  );
}

async function hasRef(cwd: string, ref: string): Promise<boolean> {
  return (await tryGit(cwd, "show-ref", "--verify", ref)) !== undefined;
}

async function tryGit(cwd: string, ...args: string[]): Promise<string | undefined> {
  return git(cwd, ...args).catch(() => undefined);
}

/** Runs git without a shell, without asking on a terminal and without the bridge's own variables: hooks see them. */
function git(cwd: string, ...args: string[]): Promise<string> {
  return new Promise((done, fail) => {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith("TAKOPI"));
    const env = { ...Object.fromEntries(own), GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };
    execFile("git", args, { cwd, env, timeout: GIT_TIMEOUT_MS }, (error, stdout, stderr) => {
      if (!error) return done(stdout.trim());
      const said = stderr.trim() || stdout.trim() || error.message;
      const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
      fail(new UserError(isMissing ? "git is not on PATH of the bridge." : `git: ${said}`, { cause: error }));
    });
  });
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

/** @throws UserError when the directory is gone. */
export async function requireDirectory(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory())
    throw new UserError(`The directory ${path} does not exist: restore it, or correct the project's path.`);
}
