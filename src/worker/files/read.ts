import { basename } from "node:path";
import { inlineCode } from "../../domain/inline-code.ts";
import { UserError } from "../../errors.ts";
import type { ReadableFile } from "../port.ts";
import { BEGINNING_BYTES, mimeOf } from "./image.ts";
import { MAX_SENT_BYTES, type Opened, openInside } from "./open.ts";
import { readFolder } from "./zip.ts";

/**
 * A file below `root`, for sending; a folder comes as a zip. It is looked at again each time its bytes are read.
 *
 * @param rules What a zip leaves out, as `requireAllowed` has it.
 * @throws UserError if it is not there, is empty, is too large, or a link leads to it.
 */
export async function readInside(root: string, path: string, rules: readonly string[]): Promise<ReadableFile> {
  const { handle, found } = await openInside(root, path);
  try {
    if (found.isDirectory()) return await readFolder(root, path, rules);
    requireSendable(path, found);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
    const mime = mimeOf(buffer.subarray(0, bytesRead), "application/octet-stream");
    const { size, mtimeMs } = found;
    const version = `${mtimeMs}:${size}`;
    return { name: basename(path), size, mime, version, leftOut: 0, bytes: () => bytesOf(root, path) };
  } finally {
    await handle.close();
  }
}

async function* bytesOf(root: string, path: string): AsyncGenerator<Uint8Array, void> {
  const { handle, found } = await openInside(root, path);
  // A file that grows while it is read is cut: an upload has its limit.
  const stream = handle.createReadStream({ end: MAX_SENT_BYTES - 1 });
  try {
    requireSendable(path, found);
    yield* stream;
  } finally {
    stream.destroy();
  }
}

function requireSendable(path: string, found: Opened["found"]): void {
  if (!found.isFile()) throw new UserError(`${inlineCode(path)} is no file.`);
  if (found.size === 0) throw new UserError(`${inlineCode(path)} is empty, and Telegram takes no empty files.`);
  if (found.size > MAX_SENT_BYTES)
    throw new UserError(`${inlineCode(path)} is larger than 50 MiB, the most that a bot can send.`);
}
