import { randomUUID } from "node:crypto";
import { constants, copyFile, type FileHandle, link, lstat, open, rename, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { MAX_FETCHED_BYTES, type PlacedFile } from "../../domain/files.ts";
import { inlineCode } from "../../domain/inline-code.ts";
import { UserError } from "../../errors.ts";
import type { NewFile, Wanted } from "../port.ts";
import { requireAllowed } from "./deny.ts";
import { makeInside, partsOf, unlessCode } from "./directory.ts";
import { BEGINNING_BYTES, mimeOf } from "./image.ts";
import { numberedName, safeName } from "./name.ts";

export interface Destination {
  /** The directory of the run. */
  readonly root: string;
  /** From `root`. */
  readonly directory: string;
}

/**
 * Puts a file into a directory below `root`, whole or not at all, and never over another: a name that is taken gets a
 * number.
 *
 * @throws UserError if it is too large, the disk is full, or a link or file is in the way; what `bytes` throws.
 */
export function putFile(file: NewFile & Destination): Promise<PlacedFile> {
  return place(file, partsOf(file.directory), (from, directory) => claim(from, directory, safeName(file.name)));
}

/**
 * Puts a file where a person wants it below `root`, whole or not at all.
 *
 * @param rules What may not be written, as `requireAllowed` has it.
 * @throws UserError also if the rules deny the path, and if something is there already.
 */
export async function putAt(
  file: NewFile & Pick<Destination, "root"> & { readonly to: Wanted },
  rules: readonly string[],
): Promise<PlacedFile> {
  const { path, isForced } = file.to;
  const parts = partsOf(path.endsWith("/") ? `${path}${safeName(file.name)}` : path);
  requireAllowed(parts, rules);
  return place(file, parts.slice(0, -1), async (from, directory) => {
    const target = join(directory, parts.at(-1) ?? "");
    const found = await lstat(target).catch(unlessCode("ENOENT"));
    if (found && !found.isFile())
      throw new UserError(`${inlineCode(parts.join("/"))} is there already, and is no file.`);
    if (isForced) await rename(from, target);
    else if (found || !(await isFree(() => linkOrCopy(from, target)))) {
      throw new UserError(`${inlineCode(parts.join("/"))} is there already: \`--force\` before the path replaces it.`);
    }
    return target;
  });
}

/** @param settle Gives the written file its name, in its directory. */
async function place(
  file: NewFile & Pick<Destination, "root">,
  parts: readonly string[],
  settle: (from: string, directory: string) => Promise<string>,
): Promise<PlacedFile> {
  const directory = await makeInside(file.root, parts);
  const temporary = join(directory, `.${randomUUID()}.part`);
  try {
    const { size, beginning } = await write(temporary, file);
    const path = await settle(temporary, directory);
    return { path, shown: relative(await makeInside(file.root, []), path), mime: mimeOf(beginning, file.mime), size };
  } catch (error) {
    throw readable(error);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function write(path: string, { bytes, signal, name }: NewFile): Promise<{ size: number; beginning: Buffer }> {
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
  const handle = await open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o644);
  try {
    return await writeAll(handle, bytes, { signal, name });
  } finally {
    await handle.close();
  }
}

async function writeAll(
  handle: FileHandle,
  bytes: NewFile["bytes"],
  { signal, name }: Pick<NewFile, "signal" | "name">,
) {
  let size = 0;
  let beginning = Buffer.alloc(0);
  for await (const chunk of bytes) {
    signal.throwIfAborted();
    size += chunk.length;
    if (size > MAX_FETCHED_BYTES) throw new UserError(tooLarge(name));
    if (beginning.length < BEGINNING_BYTES) beginning = Buffer.concat([beginning, chunk]).subarray(0, BEGINNING_BYTES);
    await handle.writeFile(chunk);
  }
  // A file that the engine is told of must survive a power cut, too.
  await handle.sync();
  return { size, beginning };
}

/** Links the file to the first name that is free; a file system without links gets a copy. */
async function claim(temporary: string, directory: string, name: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(directory, numberedName(name, number));
    if (await isFree(() => linkOrCopy(temporary, path))) return path;
  }
}

/** Neither of them writes over a file that is there. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}

const isFree = (take: () => Promise<void>): Promise<boolean> =>
  take().then(
    () => true,
    (error: unknown) => unlessCode("EEXIST")(error) ?? false,
  );

const tooLarge = (name: string) =>
  `${inlineCode(safeName(name))} is larger than 20 MiB, which is the most that a bot can fetch.`;

function readable(error: unknown): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOSPC":
    case "EDQUOT":
      return new UserError("The disk is full, so the file was not kept: make room, and send it again.", {
        cause: error,
      });
    case "EACCES":
    case "EROFS":
      return new UserError("The project's directory cannot be written, so the file was not kept.", { cause: error });
    default:
      return error;
  }
}
