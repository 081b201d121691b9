import { closeSync, openSync, readSync } from "node:fs";
import { setTimeout as delay, setImmediate } from "node:timers/promises";
import type { ProcessMark } from "../domain/run.ts";
import { enclosed } from "./cgroup.ts";
import { RUN_MARK } from "./environment.ts";
import { hasProc, otherProcesses, readStat } from "./proc.ts";
import { startTimeByPs } from "./ps.ts";

const SWEEP_PAUSE_MS = 15;
const READS_AT_ONCE = 50;

interface Search {
  /** The variable that holds the mark. */
  readonly variable?: string;
  /** Whether longer marks that begin so count too. */
  readonly isPrefix?: boolean;
  /** Processes that are let live. */
  readonly spare?: readonly number[];
}

/**
 * Sends SIGKILL to every process that carries the run's mark in its environment or is in the run's control group, until
 * none is left. Reaches those that left the engine's process group and session. Linux only: elsewhere it finds nothing.
 *
 * @returns whether none was left within `limitMs`.
 */
export async function endMarkedProcesses(
  runId: string,
  { limitMs = 1000, ...search }: Search & { readonly limitMs?: number } = {},
): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while ((await forEachMarked(runId, (pid) => sendSignal(pid, "SIGKILL"), search)) !== 0) {
    if (performance.now() > deadline) return false;
    await delay(SWEEP_PAUSE_MS);
  }
  return true;
}

/** The same for several runs, once and without waiting, for a process that is about to exit. */
export function endMarkedNow(runIds: readonly string[]): void {
  if (!hasProc || runIds.length === 0) return;
  for (const pid of runIds.flatMap(enclosed)) sendSignal(pid, "SIGKILL");
  for (const pid of otherProcesses() ?? []) {
    if (runIds.some((runId) => isMarked(pid, runId))) sendSignal(pid, "SIGKILL");
  }
}

/** The processes that carry a run's mark or are in its control group, zombies left out. */
export async function markedProcesses(runId: string, search: Search = {}): Promise<number[]> {
  const pids: number[] = [];
  await forEachMarked(runId, (pid) => pids.push(pid), search);
  return pids;
}

/**
 * Acts on each process as soon as its mark was seen, so that its number cannot have gone to another by then. Files of
 * /proc are in memory: read at once they cost some 20 µs each, through the thread pool many times that on a busy
 * machine. Other work gets its turn in between.
 *
 * @returns how many there were; undefined if this process has no file descriptor left to look.
 */
async function forEachMarked(runId: string, act: (pid: number) => void, search: Search): Promise<number | undefined> {
  if (!hasProc) return 0;
  const others = otherProcesses();
  if (others === undefined) return undefined;
  const { variable, isPrefix, spare = [] } = search;
  const known = new Set(spare);
  const inGroup = (variable === undefined && !isPrefix ? enclosed(runId) : []).filter((pid) => !known.has(pid));
  for (const pid of inGroup) act(pid);
  let count = inGroup.length;
  for (const [index, pid] of others.entries()) {
    if (index % READS_AT_ONCE === READS_AT_ONCE - 1) await setImmediate();
    if (known.has(pid) || inGroup.includes(pid) || !isMarked(pid, runId, search)) continue;
    act(pid);
    count += 1;
  }
  return count;
}

/** False for processes of other people, which nobody else may look into, and for zombies. */
function isMarked(pid: number, runId: string, { variable = RUN_MARK, isPrefix = false }: Search = {}): boolean {
  try {
    const environment = readAgain(`/proc/${pid}/environ`);
    return `\0${environment}\0`.includes(`\0${variable}=${runId}${isPrefix ? "" : "\0"}`);
  } catch {
    return false;
  }
}

const buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** A file that does not tell its size, for which Node makes a buffer of 64 KiB at each reading: twice the time. */
function readAgain(path: string): string {
  const file = openSync(path, "r");
  try {
    let text = "";
    for (let size = readSync(file, buffer); size > 0; size = readSync(file, buffer))
      text += buffer.toString("latin1", 0, size);
    return text;
  } finally {
    closeSync(file);
  }
}

/** Signals a process, or with a negative number a group; false if there is none. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** The facts that recognise a living process later. */
export async function markProcess(pid: number): Promise<ProcessMark> {
  return { pid, startTime: hasProc ? (readStat(pid)?.startTime ?? "") : await startTimeByPs(pid) };
}

/** Whether this same process still runs: another process may have its number now. False if nobody can tell. */
export async function isAlive({ pid, startTime }: ProcessMark): Promise<boolean> {
  if (startTime === "") return false;
  if (!hasProc) return (await startTimeByPs(pid)) === startTime;
  const stat = readStat(pid);
  return stat?.startTime === startTime && stat.state !== "Z";
}
