import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type FileDiff, newFileDiff, parseDiff } from "../domain/diff.ts";
import { UserError } from "../errors.ts";
import { type GitPlace, git, tryGit } from "./git.ts";
import type { DirectoryDiff } from "./lookups.ts";
import { baseOf, type Repository } from "./worktree.ts";

/** All patches together, in UTF-16 units. */
const LARGEST = 300_000;
const LARGEST_NEW_FILE = 100_000;
/** The number of untracked files that are read; a folder such as node_modules has more. */
const NEW_FILES = 200;
/** It runs no program that the repository names, and does not look into submodules, which may name others. */
const PLAIN = [
  ...["--no-color", "--no-ext-diff", "--no-textconv", "--find-renames"],
  ...["--ignore-submodules=dirty", "--submodule=short"],
];

/**
 * Uncommitted changes, with new files; in the worktree of a branch also the commits of the branch.
 *
 * @param repository The project, if the directory is a worktree of one. @throws UserError if the directory is in no
 * repository.
 */
export async function readDiff(place: GitPlace, repository: Repository | undefined): Promise<DirectoryDiff> {
  // Files of a project can look like a bare repository whose settings lead git elsewhere.
  const top = await tryGit(place, "-c", "safe.bareRepository=explicit", "rev-parse", "--show-toplevel");
  if (top === undefined) throw new UserError(`${place.path} is in no git repository, so nothing can be compared.`);
  const root = { ...place, path: top };
  const base = (repository && (await forkPoint(root, repository))) ?? (await head(root));
  const changed = parseDiff(await git(root, "-c", "core.quotePath=false", "diff", ...PLAIN, base.commit, "--"));
  return bound(base.name, [...changed, ...(await newFiles(root))]);
}

interface Base {
  readonly commit: string;
  readonly name: string;
}

/** Where the branch left its base; undefined if it has none. */
async function forkPoint(place: GitPlace, repository: Repository): Promise<Base | undefined> {
  const name = await baseOf({ ...repository, env: place.env, signal: place.signal }).catch(() => undefined);
  const commit = name === undefined ? undefined : await tryGit(place, "merge-base", "HEAD", name);
  return name === undefined || commit === undefined ? undefined : { commit, name };
}

/** Before the first commit: git's own name for a tree without files. */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

async function head(place: GitPlace): Promise<Base> {
  const commit = await tryGit(place, "rev-parse", "--verify", "HEAD");
  return commit === undefined ? { commit: EMPTY_TREE, name: "nothing" } : { commit, name: "the last commit" };
}

async function newFiles(place: GitPlace): Promise<FileDiff[]> {
  const listed = await git(place, "ls-files", "--others", "--exclude-standard", "-z");
  const paths = listed.split("\0").filter(Boolean).slice(0, NEW_FILES);
  return Promise.all(paths.map(async (path) => newFileDiff(path, await readText(join(place.path, path)))));
}

/** A file that is no text, too large, or a link counts as a file without content. */
async function readText(file: string): Promise<string> {
  const found = await lstat(file).catch(() => undefined);
  if (!found?.isFile() || found.size > LARGEST_NEW_FILE) return "";
  const text = await readFile(file, "utf8").catch(() => "");
  return text.includes("\0") ? "" : text;
}

function bound(base: string, files: readonly FileDiff[]): DirectoryDiff {
  const kept: FileDiff[] = [];
  let room = LARGEST;
  for (const file of files) {
    room -= file.patch.length;
    if (room < 0) break;
    kept.push(file);
  }
  return { base, files: kept, isCut: kept.length < files.length };
}
