import { execFile } from "node:child_process";
import { basename, dirname } from "node:path";
import { BOUNDS } from "../bounds.ts";

/** A place that a project can be made of. */
export interface Repository {
  /** Absolute: the main checkout, or the directory itself if there is no git. */
  readonly path: string;
  /** The branch that new worktrees start from; absent if it cannot be told. */
  readonly base?: string;
  /** False for a directory that git does not know. */
  readonly isGit: boolean;
}

/** Looks from `cwd` for the main checkout, also from within a linked worktree; a bare repository is its own. */
export async function findRepository(cwd: string): Promise<Repository> {
  const path = await mainCheckout(cwd);
  if (path === undefined) return { path: cwd, isGit: false };
  const base = await baseBranch(path);
  return base === undefined ? { path, isGit: true } : { path, base, isGit: true };
}

/** The version of git on PATH; undefined if there is none. */
export async function gitVersion(): Promise<string | undefined> {
  return (await git(process.cwd(), "--version"))?.replace(/^git version /, "");
}

async function mainCheckout(cwd: string): Promise<string | undefined> {
  const common = await git(cwd, "rev-parse", "--path-format=absolute", "--git-common-dir");
  if (common === undefined) return undefined;
  if (basename(common) === ".git") return dirname(common);
  // A submodule's common directory lies within its parent's; its checkout is elsewhere.
  const isBare = (await git(common, "rev-parse", "--is-bare-repository")) === "true";
  return isBare ? common : git(cwd, "rev-parse", "--show-toplevel");
}

async function baseBranch(path: string): Promise<string | undefined> {
  const remoteHead = await git(path, "symbolic-ref", "--short", "refs/remotes/origin/HEAD");
  if (remoteHead) return remoteHead;
  const current = await git(path, "symbolic-ref", "--short", "HEAD");
  for (const name of [current, "master", "main"]) {
    if (name && (await git(path, "show-ref", "--verify", `refs/heads/${name}`)) !== undefined) return name;
  }
  return undefined;
}

/** The output of git, or undefined if it fails. */
function git(cwd: string, ...args: string[]): Promise<string | undefined> {
  return new Promise((done) => {
    execFile(
      "git",
      args,
      { cwd, env: { ...process.env, LC_ALL: "C" }, timeout: BOUNDS.git.lookMs, maxBuffer: BOUNDS.git.outputBytes },
      (error, stdout) => {
        done(error ? undefined : stdout.trim());
      },
    );
  });
}
