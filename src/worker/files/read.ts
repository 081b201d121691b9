import { constants, type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { UserError } from "../../errors.ts";
import type { ReadableFile } from "../port.ts";
import { findInside, partsOf } from "./directory.ts";
import { BEGINNING_BYTES, mimeOf } from "./image.ts";

/** Bots may send up to 50 MiB through Telegram's own server. */
export const MAX_SENT_BYTES = 50 * 1024 * 1024;

/**
 * A file below `root`, for sending. It is looked at again each time its bytes are read.
 *
 * @throws UserError if it is not there, is no file, is too large, or a link leads to it.
 */
export async function readInside(root: string, path: string): Promise<ReadableFile> {
  const { handle, size } = await openInside(root, path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
    const mime = mimeOf(buffer.subarray(0, bytesRead), "application/octet-stream");
    return { name: basename(path), size, mime, bytes: () => bytesOf(root, path) };
  } finally {
    await handle.close();
  }
}

async function* bytesOf(root: string, path: string): AsyncGenerator<Uint8Array, void> {
  const { handle } = await openInside(root, path);
  // What grows while it is read is cut: an upload has its limit.
  yield* handle.createReadStream({ end: MAX_SENT_BYTES - 1 });
}

async function openInside(root: string, path: string): Promise<{ handle: FileHandle; size: number }> {
  const parts = partsOf(path);
  const directory = await findInside(root, parts.slice(0, -1));
  // Without O_NONBLOCK a pipe would hold the bridge up.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(`${directory}/${parts.at(-1)}`, flags).catch((cause: unknown) => {
    throw refusal(path, cause);
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new UserError(`\`${path}\` is no file.`);
    if (found.size === 0) throw new UserError(`\`${path}\` is empty, and Telegram takes no empty files.`);
    if (found.size > MAX_SENT_BYTES)
      throw new UserError(`\`${path}\` is larger than 50 MiB, the most that a bot can send.`);
    return { handle, size: found.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function refusal(path: string, cause: unknown): UserError {
  switch ((cause as NodeJS.ErrnoException).code) {
    case "ELOOP":
      return new UserError(`\`${path}\` is a link, and files are not read through links.`, {
        cause,
        code: "not_allowed",
      });
    case "ENOENT":
      return new UserError(`\`${path}\` does not exist.`, { cause, code: "not_found" });
    default:
      return new UserError(`\`${path}\` cannot be read.`, { cause });
  }
}
