import { appendFile, lstat, mkdir, readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type GitPlace, tryGit } from "../git.ts";

/**
 * Keeps a directory below `place` out of `git status`, by a line in the repository's own `.git/info/exclude`. Nothing is
 * done outside of repositories and for what is ignored already.
 */
export async function excludeFromGit(place: GitPlace, directory: string): Promise<void> {
  const file = await tryGit(place, "rev-parse", "--git-path", "info/exclude");
  if (file === undefined) return;
  const prefix = await tryGit(place, "rev-parse", "--show-prefix");
  if ((await tryGit(place, "check-ignore", "--quiet", "--no-index", `${directory}/x`)) !== undefined) return;
  const path = resolve(place.path, file);
  const found = await lstat(path).catch(() => undefined);
  if (found && !found.isFile()) return;
  if (!found) await mkdir(dirname(path), { recursive: true });
  const text = found ? await readFile(path, "utf8") : "";
  const begin = text === "" || text.endsWith("\n") ? "" : "\n";
  await appendFile(path, `${begin}/${prefix ?? ""}${directory.replace(/[\\*?[\]!# ]/g, "\\$&")}/\n`);
}
