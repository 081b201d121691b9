import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FoundSession } from "../domain/run.ts";

/** The newest are enough to find again what somebody worked on. */
const LISTED = 20;
/** In bytes of a file; the first prompt is near its beginning. */
const START_BYTES = 64 * 1024;

/** Reads the beginning of a session's file; undefined if it is no session, or one of another directory. */
type ReadStart = (lines: readonly string[], path: string) => Omit<FoundSession, "at"> | undefined;

/** Sessions that lie as `.jsonl` files in a folder, those that were changed last first. A missing folder has none. */
export async function listSessionFiles(folder: string, read: ReadStart): Promise<FoundSession[]> {
  const names = await readdir(folder).catch(() => []);
  const paths = names.filter((name) => name.endsWith(".jsonl")).map((name) => join(folder, name));
  const times = await Promise.all(paths.map(async (path) => ({ path, at: (await stat(path)).mtimeMs })));
  const newest = times.sort((a, b) => b.at - a.at).slice(0, LISTED);
  const found = newest.map(async ({ path, at }) => {
    const session = read(await readStart(path), path);
    return session ? [{ ...session, at }] : [];
  });
  return (await Promise.all(found)).flat();
}

/** The whole lines of its beginning. */
async function readStart(path: string): Promise<string[]> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    return buffer
      .toString("utf8", 0, bytesRead)
      .split("\n")
      .slice(0, bytesRead < START_BYTES ? undefined : -1);
  } finally {
    await file.close();
  }
}
