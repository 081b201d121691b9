import { open, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Usage } from "../../src/domain/events.ts";
import type { EngineSetup } from "../../src/engine/contract.ts";
import { EngineError } from "../../src/errors.ts";
import type { ClaudeOptions } from "./options.ts";
import { isSessionId } from "./resume.ts";
import { modelUsage } from "./schema.ts";
import { NOTHING_USED, toUsage } from "./usage.ts";

/** A session's transcript: one JSON value a line. */
export interface SessionFile {
  readonly path: string;
  /** The session's counters as its last turn left them. */
  readonly used: Usage;
}

export type SessionSetup = Pick<EngineSetup, "env"> & { readonly options: ClaudeOptions };

/**
 * The file of a session, which must exist: claude would begin a new session or fail late. Sessions are in folders that
 * are named for the directory of their first turn, but may be resumed anywhere.
 *
 * @throws EngineError if there is none.
 */
export async function findSession(id: string, setup: SessionSetup): Promise<SessionFile> {
  if (!isSessionId(id)) {
    throw new EngineError(
      `\`${id}\` is not a claude session. Its id is needed in full, as \`claude --resume\` takes it.`,
    );
  }
  const root = join(configDirectory(setup), "projects");
  for (const folder of await readdir(root).catch(() => [])) {
    const path = join(root, folder, `${id.toLowerCase()}.jsonl`);
    const end = await readEnd(path);
    if (end !== undefined) return { path, used: readCounters(end) };
  }
  throw new EngineError(`claude has no session ${id} on this machine; it may have been deleted. Start a new one.`);
}

/** The folder of claude's own files. */
export function configDirectory({ env, options }: SessionSetup): string {
  const variable = (name: string) => options.env?.[name] ?? env[name];
  return variable("CLAUDE_CONFIG_DIR") || join(variable("HOME") || homedir(), ".claude");
}

/** Transcripts grow to many MB, and the counters stand near their end. */
const END_BYTES = 256 * 1024;

/** The end of a file; undefined if there is none. */
async function readEnd(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const length = Math.min(size, END_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString("utf8");
  } finally {
    await file.close();
  }
}

const Counters = z.object({ type: z.literal("cost-state"), modelUsage });

/** Those of the last line that has them; nothing if claude keeps them otherwise. */
function readCounters(end: string): Usage {
  const line = end.split("\n").findLast((one) => one.includes('"cost-state"'));
  const counters = Counters.safeParse(toJson(line ?? ""));
  return counters.success ? toUsage(counters.data.modelUsage) : NOTHING_USED;
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
