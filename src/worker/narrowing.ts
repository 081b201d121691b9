import { join } from "node:path";
import { PROJECT_FILE, parseNarrowing } from "../config/narrowing.ts";
import { type Narrowing, NO_NARROWING } from "../domain/narrowing.ts";
import { joinTexts } from "../engine/instructions.ts";
import { UserError } from "../errors.ts";
import { openInside } from "./files/open.ts";

const MAX_BYTES = 64 * 1024;

/**
 * What the repository in a directory takes away from its runs; undefined if it says nothing.
 *
 * @throws UserError for a file that is a link, too large, or more than a narrowing.
 */
export async function readNarrowing(directory: string): Promise<Narrowing | undefined> {
  const file = join(directory, PROJECT_FILE);
  const opened = await openInside(directory, PROJECT_FILE).catch((cause: unknown) => {
    if (!(cause instanceof UserError)) throw cause;
    if (cause.code === "not_found") return undefined;
    throw new UserError(`${file} is not read: ${cause.userText} Make it a plain file, or remove it.`, { cause });
  });
  if (!opened) return undefined;
  const { handle, found } = opened;
  try {
    if (!found.isFile()) throw new UserError(`${file} is no file: make it one, or remove it.`);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_BYTES + 1), 0, MAX_BYTES + 1, 0);
    if (bytesRead > MAX_BYTES) throw new UserError(`${file} is larger than 64 KiB: shorten it, or remove it.`);
    return parseNarrowing(buffer.toString("utf8", 0, bytesRead), file);
  } finally {
    await handle.close();
  }
}

/** What holds for a run: a branch cannot take back what the project's own checkout says. */
export async function narrowingOf(directories: readonly string[]): Promise<Narrowing> {
  const found = await Promise.all([...new Set(directories)].map(readNarrowing));
  return found.filter((one) => one !== undefined).reduce(both, NO_NARROWING);
}

function both(one: Narrowing, other: Narrowing): Narrowing {
  const list = (key: "deny" | "deny_paths" | "deny_tools") => [...new Set([...one[key], ...other[key]])];
  const sandbox = one.sandbox ?? other.sandbox;
  const instructions = joinTexts(...new Set([one.instructions, other.instructions]));
  return {
    ...{ deny: list("deny"), deny_paths: list("deny_paths"), deny_tools: list("deny_tools") },
    ...(sandbox && { sandbox }),
    ...(instructions !== undefined && { instructions }),
  };
}
