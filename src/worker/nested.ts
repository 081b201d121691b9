import { lstat, readFile, realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type GitPlace, git, keeperOf } from "./git.ts";

/** The mode of a submodule in the index. */
const SUBMODULE = /^160000 \w+ \d\t(.*)$/s;

/**
 * A repository within another one, whose settings git would obey if it runs `line` in the outer one: `git status` looks
 * into each submodule. One whose settings the outer repository keeps is as trusted as that. If the line runs git twice,
 * the first may make a submodule of any repository that is there.
 */
export async function nestedRepository(place: GitPlace, line: string): Promise<string | undefined> {
  const uses = line.match(/git/gi)?.length ?? 0;
  if (uses === 0) return undefined;
  const names = await candidates(place, uses > 1);
  const keeper = await keeperOf(place);
  for (const name of names) if (!(await isKept(join(place.path, name), keeper))) return name;
  return undefined;
}

async function candidates(place: GitPlace, isAny: boolean): Promise<string[]> {
  const list = async (...args: string[]) => (await git(place, "ls-files", "-z", ...args)).split("\0");
  const submodules = (await list("--stage")).flatMap((entry) => SUBMODULE.exec(entry)?.[1] ?? []);
  if (!isAny) return submodules;
  // Git names a repository that it does not know of as a folder, and does not list what is in it.
  const others = (await list("--others")).filter((name) => name.endsWith("/"));
  return [...submodules, ...others.map((name) => name.slice(0, -1))];
}

/** Whether nothing is there, or what is there has its settings in the outer repository's own folder. */
async function isKept(path: string, keeper: string): Promise<boolean> {
  const link = join(path, ".git");
  const found = await lstat(link).catch(() => undefined);
  if (!found?.isFile()) return found === undefined;
  const target = /^gitdir: (.*)/.exec(await readFile(link, "utf8"))?.[1] ?? "";
  const real = await realpath(resolve(path, target)).catch(() => "");
  return real.startsWith(join(keeper, "/"));
}
