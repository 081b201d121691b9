import type { ProcessMark } from "../domain/run.ts";
import { sendSignal } from "./marked.ts";
import { hasProc, otherProcesses, readStat } from "./proc.ts";
import { parentsByPs } from "./ps.ts";

/** All processes under this one, itself left out; those that took another parent when theirs ended are not among them. */
export async function descendants(root: number): Promise<ProcessMark[]> {
  const children = new Map<number, ProcessMark[]>();
  for (const { parent, ...mark } of hasProc ? parentsByProc() : await parentsByPs()) {
    children.set(parent, [...(children.get(parent) ?? []), mark]);
  }
  const below = (pid: number): ProcessMark[] =>
    (children.get(pid) ?? []).flatMap((child) => [child, ...below(child.pid)]);
  return below(root);
}

/** Kills what was found under a process, unless its number has gone to another by now. */
export function killEach(marks: readonly ProcessMark[]): void {
  for (const { pid, startTime } of marks) {
    if (!hasProc || readStat(pid)?.startTime === startTime) sendSignal(pid, "SIGKILL");
  }
}

const parentsByProc = () =>
  (otherProcesses() ?? []).flatMap((pid) => {
    const stat = readStat(pid);
    return stat ? [{ pid, parent: stat.parent, startTime: stat.startTime }] : [];
  });
