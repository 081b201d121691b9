import type { Stats } from "node:fs";
import { constants, type FileHandle, open } from "node:fs/promises";
import { inlineCode } from "../../domain/inline-code.ts";
import { UserError } from "../../errors.ts";
import { findInside, partsOf } from "./directory.ts";

/** Bots may send up to 50 MiB through Telegram's own server. */
export const MAX_SENT_BYTES = 50 * 1024 * 1024;

export interface Opened {
  readonly handle: FileHandle;
  readonly found: Stats;
}

/** Opens a file or folder below `root`. @throws UserError if it is not there, or a link leads to it. */
export async function openInside(root: string, path: string): Promise<Opened> {
  const parts = partsOf(path);
  const directory = await findInside(root, parts.slice(0, -1));
  // Without O_NONBLOCK a pipe would hold the bridge up.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(`${directory}/${parts.at(-1)}`, flags).catch((cause: unknown) => {
    throw refusal(path, cause);
  });
  try {
    const found = await handle.stat();
    if (!found.isFile() && !found.isDirectory()) throw new UserError(`${inlineCode(path)} is no file.`);
    return { handle, found };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function refusal(path: string, cause: unknown): UserError {
  switch ((cause as NodeJS.ErrnoException).code) {
    case "ELOOP":
      return new UserError(`${inlineCode(path)} is a link, and files are not read through links.`, {
        cause,
        code: "not_allowed",
      });
    case "ENOENT":
      return new UserError(`${inlineCode(path)} does not exist.`, { cause, code: "not_found" });
    default:
      return new UserError(`${inlineCode(path)} cannot be read.`, { cause });
  }
}
