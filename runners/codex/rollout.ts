import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { MS_PER_DAY } from "../../src/domain/time.ts";
import { parseJson } from "../../src/engine/json.ts";
import { type ThreadTokens, threadTokens } from "./schema.ts";
import { NO_TOKENS } from "./usage.ts";

/** The folder of codex's threads, config and login. */
export function codexHome(env: Readonly<Record<string, string | undefined>>): string {
  return env["CODEX_HOME"] || join(env["HOME"] ?? "", ".codex");
}

/**
 * The totals from which codex will count when it resumes the thread: those of the last `token_count` in the thread's
 * file (seen in 0.169.0), or zero if a run was killed before it wrote one.
 *
 * @returns undefined if the file is not found (compressed, moved) or does not say it within its last 16 MiB.
 */
export async function readThreadTotals(home: string, thread: string): Promise<ThreadTokens | undefined> {
  const path = await findRollout(home, thread);
  if (path === undefined) return undefined;
  const file = await open(path);
  try {
    return await readTotals(file);
  } finally {
    await file.close();
  }
}

/** Files lie by the local date on which the thread began, and the thread's id (a UUID of version 7) begins with that time. */
export async function findRollout(home: string, thread: string): Promise<string | undefined> {
  const begun = Number.parseInt(thread.replace("-", "").slice(0, 12), 16);
  for (const time of [begun, begun - MS_PER_DAY, begun + MS_PER_DAY]) {
    const [date = ""] = new Date(time).toISOString().split("T");
    const folder = join(home, "sessions", ...date.split("-"));
    const names = await readdir(folder).catch(() => []);
    const name = names.find((candidate) => candidate.endsWith(`-${thread}.jsonl`));
    if (name !== undefined) return join(folder, name);
  }
  return undefined;
}

/** Tried in turn: the figure nearly always stands near the end, and a long tool output may follow it. */
const TAIL_BYTES = [64 * 1024, 1024 * 1024, 16 * 1024 * 1024];

async function readTotals(file: FileHandle): Promise<ThreadTokens | undefined> {
  const { size } = await file.stat();
  for (const length of TAIL_BYTES) {
    const totals = lastTotals(await readTail(file, size, length));
    if (totals !== undefined) return totals;
    if (length >= size) return NO_TOKENS;
  }
  return undefined;
}

async function readTail(file: FileHandle, size: number, length: number): Promise<string> {
  const buffer = Buffer.alloc(Math.min(size, length));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, size - buffer.length);
  return buffer.toString("utf8", 0, bytesRead);
}

const tokenCount = z.object({
  type: z.literal("event_msg"),
  payload: z.object({ type: z.literal("token_count"), info: z.object({ total_token_usage: threadTokens }) }),
});

function lastTotals(tail: string): ThreadTokens | undefined {
  for (const line of tail.split("\n").reverse()) {
    if (!line.includes('"token_count"')) continue;
    const found = tokenCount.safeParse(parseJson(line));
    if (found.success) return found.data.payload.info.total_token_usage;
  }
  return undefined;
}
