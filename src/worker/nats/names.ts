import { BOUNDS } from "../../bounds.ts";

/** The version of what bridge and workers say to each other. */
export const PROTOCOL = 1;

export const JOBS = "TK_JOBS";
export const EVENTS = "TK_EVENTS";
export const BEATS = "tk_machines";

/** The bucket for files and long values of one machine. */
export const filesOf = (machine: string): string => `tk_files_${machine}`;
/** Tasks for a machine. */
export const jobSubject = (machine: string): string => `tk.job.${machine}`;
/** Everything that a run says. */
export const eventSubject = (machine: string, jobId: string): string => `tk.ev.${machine}.${jobId}`;
/** Calls to a machine that is there. */
export const callSubject = (machine: string): string => `tk.ctl.${machine}`;

export const nanos = (ms: number): number => ms * 1_000_000;

/** The streams, and what they hold at most. */
export function streams() {
  const { dedupeMs, keptMs, jobsBytes, eventsBytes, waitingJobs } = BOUNDS.machines;
  const common = { allow_direct: true, duplicate_window: nanos(dedupeMs) };
  return [
    {
      ...{ ...common, name: JOBS, subjects: ["tk.job.*"], retention: "workqueue", discard: "new" },
      ...{ max_bytes: jobsBytes, max_msgs_per_subject: waitingJobs, discard_new_per_subject: true },
    },
    { ...common, name: EVENTS, subjects: ["tk.ev.*.*"], max_age: nanos(keptMs), max_bytes: eventsBytes },
  ] as const;
}
