import { createHash } from "node:crypto";
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

/** What is appended while the file is read is left out. @throws UserError if it is rewritten meanwhile. */
async function* bytesOf(root: string, path: string): AsyncGenerator<Uint8Array, void> {
  const { handle, found } = await openInside(root, path);
  try {
    requireSendable(path, found);
    const hash = createHash("sha256");
    for await (const chunk of beginningOf(handle, found.size)) {
      hash.update(chunk);
      yield chunk;
    }
    if ((await handle.stat()).mtimeMs === found.mtimeMs) return;
    const now = createHash("sha256");
    for await (const chunk of beginningOf(handle, found.size)) now.update(chunk);
    if (now.digest("hex") === hash.digest("hex")) return;
    throw new UserError(`${inlineCode(path)} was changed while it was read: try again.`);
  } finally {
    await handle.close();
  }
}

const beginningOf = (handle: Opened["handle"], size: number): AsyncIterable<Buffer> =>
  handle.createReadStream({ start: 0, end: size - 1, autoClose: false });

function requireSendable(path: string, found: Opened["found"]): void {
  if (!found.isFile()) throw new UserError(`${inlineCode(path)} is no file.`);
  if (found.size === 0) throw new UserError(`${inlineCode(path)} is empty, and Telegram takes no empty files.`);
  if (found.size > MAX_SENT_BYTES)
    throw new UserError(`${inlineCode(path)} is larger than 50 MiB, the most that a bot can send.`);
}
