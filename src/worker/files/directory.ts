import { lstat, mkdir, realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import { inlineCode } from "../../domain/inline-code.ts";
import { UserError } from "../../errors.ts";

/** A link may lead out of the directory. */
const LINK = "is a link, and files are neither put nor read through links";

/** The parts of a path below a directory. @throws UserError unless it names something in there. */
export function partsOf(path: string): readonly string[] {
  const parts = path.split(/[/\\]/).filter((part) => part !== "" && part !== ".");
  const isOutside = path.startsWith("/") || path.startsWith("~") || /^[a-z]:/i.test(path) || parts.includes("..");
  if (isOutside || parts.length === 0 || path.includes("\0")) {
    throw new UserError(
      "The path must lead to something in the project's directory: give it from there, without `..`.",
    );
  }
  return parts;
}

/**
 * The directory below `root` that `parts` name, made if it is missing.
 *
 * @throws UserError if one of them is a link or no directory.
 */
export async function makeInside(root: string, parts: readonly string[]): Promise<string> {
  return walk(root, parts, (path) => mkdir(path).catch(unlessCode("EEXIST")));
}

/** The same, of what must be there. */
export const findInside = (root: string, parts: readonly string[]): Promise<string> => walk(root, parts);

async function walk(
  root: string,
  parts: readonly string[],
  make?: (path: string) => Promise<unknown>,
): Promise<string> {
  const base = await realpath(root);
  let at = base;
  for (const part of parts) {
    at = join(at, part);
    await make?.(at);
    const shown = relative(base, at);
    const found = await lstat(at).catch(unlessCode("ENOENT"));
    if (!found) throw new UserError(`${inlineCode(shown)} does not exist.`, { code: "not_found" });
    if (found.isSymbolicLink()) throw new UserError(`${inlineCode(shown)} ${LINK}.`, { code: "not_allowed" });
    if (!found.isDirectory()) throw new UserError(`${inlineCode(shown)} is no directory.`);
  }
  return at;
}

/** Takes an error of the file system with this code for an answer; every other one is thrown on. */
export const unlessCode =
  (code: string) =>
  (error: unknown): undefined => {
    if ((error as NodeJS.ErrnoException).code !== code) throw error;
    return undefined;
  };
