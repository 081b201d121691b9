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
 * Ends an engine with all its processes. Its group first gets the signal on which it ends its own commands. After its
 * end, or after the grace, SIGKILL goes to the group, to all processes below it, and to all that carry the run's mark
 * or are in its control group. Resolves when none is left.
 */
export async function stopProcesses({ pid, runId, signal, exited }: StopTarget): Promise<void> {
  const below = await descendants(pid);
  sendSignal(-pid, signal);
  await endsWithin(exited, BOUNDS.run.signalMs);
  const late = await descendants(pid);
  sendSignal(-pid, "SIGKILL");
  killEach([...below, ...late]);
  await Promise.all([
    endMarkedProcesses(runId, { limitMs: BOUNDS.run.sweepMs }),
    endsWithin(exited, BOUNDS.run.sweepMs),
  ]);
}

/**
 * Ends the processes of a run that an earlier bridge left. A process that only has the leader's number is not touched.
 */
export async function endLeftovers(runId: string, leader: ProcessMark | undefined): Promise<void> {
  if (leader && (await isAlive(leader))) {
    const below = await descendants(leader.pid);
    sendSignal(-leader.pid, "SIGKILL");
    killEach(below);
  }
  await endMarkedProcesses(runId, { limitMs: BOUNDS.run.signalMs + BOUNDS.run.sweepMs });
}
