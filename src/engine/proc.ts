import { readdirSync, readFileSync } from "node:fs";

/** Whether processes can be looked at through /proc. */
export const hasProc = process.platform === "linux";

/** The number of every process but this one; undefined if this process has no file descriptor left to look. */
export function otherProcesses(): readonly number[] | undefined {
  try {
    return readdirSync("/proc")
      .map(Number)
      .filter((pid) => pid > 0 && pid !== process.pid);
  } catch {
    return undefined;
  }
}

export interface ProcessStat {
  /** `Z` for a zombie. */
  readonly state: string;
  readonly parent: number;
  readonly startTime: string;
}

/** Fields 3, 4 and 22 of `/proc/<pid>/stat`, counted from after the command, which may hold spaces (proc(5)). */
export function readStat(pid: number): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", parent: Number(fields[1]), startTime: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}
