import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { BOUNDS } from "../bounds.ts";
import { LineSplitter } from "./lines.ts";

/**
 * Shows each line of a session's file to `read`. False if the file is larger, or takes longer, than `BOUNDS` says: what
 * was read of it then is no sum.
 */
export async function readSessionFile(path: string, read: (line: string) => void): Promise<boolean> {
  const { usageBytes, usageMs } = BOUNDS.engine;
  if ((await stat(path)).size > usageBytes) return false;
  const signal = AbortSignal.timeout(usageMs);
  const splitter = new LineSplitter();
  try {
    for await (const chunk of createReadStream(path, { signal, end: usageBytes })) {
      for (const line of splitter.push(chunk)) read(line);
    }
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
  for (const line of splitter.end()) read(line);
  return splitter.tooLong === 0;
}
