import { readFileSync } from "node:fs";
import { markedProcesses } from "./marked.ts";
import { hasProc } from "./proc.ts";
import { residentByPs } from "./ps.ts";
import { descendants } from "./tree.ts";

const BYTES_PER_KIB = 1024;

/**
 * The memory of a process and all that it started, in bytes: the sum of their resident sets, in which shared memory
 * counts more than once.
 *
 * @param markId The mark in their environment, if it is known.
 */
export async function residentBytes(pid: number, markId: string | undefined): Promise<number> {
  if (!hasProc)
    return (await residentByPs([pid, ...(await descendants(pid)).map((below) => below.pid)])) * BYTES_PER_KIB;
  const marked = markId === undefined ? [] : await markedProcesses(markId);
  return [...new Set([pid, ...marked])].reduce((sum, one) => sum + residentOf(one), 0);
}

/** `VmRSS` of `/proc/<pid>/status`, which is in KiB (proc(5)); 0 for a process that is gone. */
function residentOf(pid: number): number {
  try {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
    return Number(found?.[1] ?? 0) * BYTES_PER_KIB;
  } catch {
    return 0;
  }
}
