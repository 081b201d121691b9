import { BOUNDS } from "../bounds.ts";
import type { ProcessMark } from "../domain/run.ts";
import { endsWithin } from "./ends-within.ts";
import { endMarkedProcesses, isAlive, sendSignal } from "./marked.ts";
import { descendants, killEach } from "./tree.ts";

export interface StopTarget {
  readonly pid: number;
  readonly runId: string;
  readonly signal: NodeJS.Signals;
  /** Resolves when the leader has exited. */
  readonly exited: Promise<void>;
}

/**
 * Ends an engine with all its processes: first the signal on which it ends its own commands, to its group; when it is
 * gone, or after the grace, SIGKILL to the group, to what was under it, and to whatever carries the run's mark or is in
 * its control group. Resolves when none is left.
 */
export async function stopProcesses({ pid, runId, signal, exited }: StopTarget): Promise<void> {
  const below = await descendants(pid);
  sendSignal(-pid, signal);
  await endsWithin(exited, BOUNDS.run.signalMs);
  const late = await descendants(pid);
  sendSignal(-pid, "SIGKILL");
  killEach([...below, ...late]);
  await Promise.all([endMarkedProcesses(runId, BOUNDS.run.sweepMs), endsWithin(exited, BOUNDS.run.sweepMs)]);
}

/** Ends what a bridge that is gone left of a run; a process that merely has the leader's number is not touched. */
export async function endLeftovers(runId: string, leader: ProcessMark | undefined): Promise<void> {
  if (leader && (await isAlive(leader))) {
    const below = await descendants(leader.pid);
    sendSignal(-leader.pid, "SIGKILL");
    killEach(below);
  }
  await endMarkedProcesses(runId, BOUNDS.run.signalMs + BOUNDS.run.sweepMs);
}
