import { chmodSync, statSync } from "node:fs";
import { basename } from "node:path";
import type { Config } from "./config.ts";

const FOR_OTHERS = 0o077;

/**
 * Takes the file, which holds the token, and a directory that is takopi's own away from the other users of the machine.
 *
 * @returns the paths that others could read until now.
 */
export function makeConfigPrivate({ file, directory }: Config): string[] {
  const paths = [...(basename(directory) === ".takopi" ? [directory] : []), ...(file === undefined ? [] : [file])];
  return paths.filter((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found || found.uid !== process.getuid?.() || (found.mode & FOR_OTHERS) === 0) return false;
    chmodSync(path, found.mode & ~FOR_OTHERS);
    return true;
  });
}
