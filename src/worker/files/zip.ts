import { lstat, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { ZipFile } from "yazl";
import { inlineCode } from "../../domain/inline-code.ts";
import { UserError } from "../../errors.ts";
import type { ReadableFile } from "../port.ts";
import { isAllowed } from "./deny.ts";
import { findInside, partsOf } from "./directory.ts";
import { MAX_SENT_BYTES, openInside } from "./open.ts";

/** A folder of more files is not one that somebody reads on a phone. */
const MAX_ENTRIES = 10_000;
/** The most that a zip adds to the bytes and the name of a file. */
const ENTRY_BYTES = 256;

interface Entry {
  /** From the folder. */
  readonly parts: readonly string[];
  readonly size: number;
  readonly changed: Date;
}

interface Listing {
  readonly entries: readonly Entry[];
  readonly leftOut: number;
  /** The most that the zip can have. */
  readonly bytes: number;
}

/**
 * A folder below `root` as a zip. Links, what is no file, and what the rules deny are left out.
 *
 * @throws UserError if nothing is left, or too much.
 */
export async function readFolder(root: string, path: string, rules: readonly string[]): Promise<ReadableFile> {
  const { entries, leftOut, bytes } = await list(root, path, rules);
  const newest = Math.max(...entries.map(({ changed }) => changed.getTime()));
  return {
    ...{ name: `${basename(path)}.zip`, size: bytes, mime: "application/zip", leftOut },
    ...{ version: `${newest}:${bytes}`, bytes: () => zip(root, path, rules) },
  };
}

async function list(root: string, path: string, rules: readonly string[]): Promise<Listing> {
  const base = partsOf(path);
  const entries: Entry[] = [];
  let leftOut = 0;
  let bytes = ENTRY_BYTES;
  const walk = async (parts: readonly string[]): Promise<void> => {
    const directory = await findInside(root, [...base, ...parts]);
    for (const found of await readdir(directory, { withFileTypes: true })) {
      const inner = [...parts, found.name];
      const isIn = isAllowed([...base, ...inner], rules) && (found.isFile() || found.isDirectory());
      if (!isIn) leftOut += 1;
      else if (found.isDirectory()) await walk(inner);
      else {
        const { size, mtime } = await lstat(join(directory, found.name));
        entries.push({ parts: inner, size, changed: mtime });
        bytes += size + ENTRY_BYTES + 2 * Buffer.byteLength(inner.join("/"));
      }
      if (bytes > MAX_SENT_BYTES || entries.length > MAX_ENTRIES) {
        throw new UserError(
          `${inlineCode(path)} has more than 50 MiB or ${MAX_ENTRIES} files, the most that is sent: name a folder in it.`,
        );
      }
    }
  };
  await walk([]);
  if (entries.length === 0) throw new UserError(`${inlineCode(path)} has no files that can be sent.`);
  return { entries, leftOut, bytes };
}

async function* zip(root: string, path: string, rules: readonly string[]): AsyncGenerator<Uint8Array, void> {
  const { entries } = await list(root, path, rules);
  const file = new ZipFile();
  const output = file.outputStream as Readable;
  let open: Readable | undefined;
  file.on("error", (error: Error) => output.destroy(error));
  for (const { parts, size, changed } of entries) {
    file.addReadStreamLazy(parts.join("/"), { mtime: changed, mode: 0o100644 }, (take) => {
      openInside(root, [path, ...parts].join("/")).then(
        ({ handle }) => {
          // A file that grows meanwhile is cut: the sum of all has its limit.
          open = handle.createReadStream({ end: Math.max(0, size - 1) });
          take(null, open);
        },
        (error: unknown) => take(error, undefined as never),
      );
    });
  }
  file.end();
  try {
    yield* output;
  } finally {
    output.destroy();
    open?.destroy();
  }
}
