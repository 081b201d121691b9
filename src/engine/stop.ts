import { BOUNDS } from "../bounds.ts";
import type { ProcessMark } from "../domain/run.ts";
import { endsWithin } from "./ends-within.ts";
import { endMarkedProcesses, hasProc, isAlive, sendSignal } from "./marked.ts";
import { descendants } from "./ps.ts";

export interface StopTarget {
  readonly pid: number;
  readonly runId: string;
  readonly signal: NodeJS.Signals;
  /** Resolves when the leader has exited. */
  readonly exited: Promise<void>;
}

/**
 * Ends an engine with all its processes: first the signal on which it ends its own commands, to its group; when it is
 * gone, or after the grace, SIGKILL to the group and to whatever carries the run's mark. Resolves when none is left.
 */
export async function stopProcesses({ pid, runId, signal, exited }: StopTarget): Promise<void> {
  const below = hasProc ? [] : await descendants(pid);
  sendSignal(-pid, signal);
  await endsWithin(exited, BOUNDS.run.signalMs);
  if (!hasProc) below.push(...(await descendants(pid)));
  sendSignal(-pid, "SIGKILL");
  for (const stray of below) sendSignal(stray, "SIGKILL");
  await Promise.all([
    endMarkedProcesses(runId, { limitMs: BOUNDS.run.sweepMs }),
    endsWithin(exited, BOUNDS.run.sweepMs),
  ]);
}

/** Ends what a bridge that is gone left of a run; a process that merely has the leader's number is not touched. */
export async function endLeftovers(runId: string, leader: ProcessMark | undefined): Promise<void> {
  if (leader && (await isAlive(leader))) {
    const below = hasProc ? [] : await descendants(leader.pid);
    for (const pid of [-leader.pid, ...below]) sendSignal(pid, "SIGKILL");
  }
  await endMarkedProcesses(runId, { limitMs: BOUNDS.run.signalMs + BOUNDS.run.sweepMs });
}
