import { MS_PER_DAY, MS_PER_MINUTE } from "./time.ts";

/** When a schedule is due. Times are ms since 1970. */
export type When =
  /** Five fields; `timezone` is an IANA name, the machine's own if absent. */
  | { readonly cron: string; readonly timezone?: string | undefined }
  /** Every `everyMs`, counted from `from`. */
  | { readonly everyMs: number; readonly from: number }
  | { readonly at: number };

/** A task that begins by time. */
export interface Schedule {
  /** Unique over config and chat: letters, digits, `-` and `_`. */
  readonly name: string;
  readonly when: When;
  readonly prompt: string;
  readonly chatId: string;
  readonly topicId?: string | undefined;
  readonly project?: string | undefined;
  readonly branch?: string | undefined;
  readonly engine?: string | undefined;
  readonly preset?: string | undefined;
  /** `same`: each run resumes the session of the one before it. */
  readonly session: "new" | "same";
  readonly only_when_idle: boolean;
  /** For a run before that has not ended. */
  readonly overlap: "skip" | "queue";
  /** For due times that passed while nothing could run. */
  readonly missed: "once" | "skip";
  /** `errors`: only what failed makes a sound. */
  readonly quiet?: "errors" | undefined;
  /** An engine wrote the prompt, and no person saved it: directives and resume lines in it do nothing. */
  readonly isPlain?: boolean | undefined;
}

/** The arithmetic of times: see `schedule-times.ts`. */
export interface Times {
  /** The first due time after `time`; undefined if there is none. */
  next(when: When, time: number): number | undefined;
  /** The last due time at or before `time`; undefined if there is none. */
  latest(when: When, time: number): number | undefined;
}

/** A due time that was looked at this much later was missed: the machine slept, or no bridge ran. */
const LATE_MS = 2 * MS_PER_MINUTE;
/** A make-up run comes at most this late. */
const MAKE_UP_MS = MS_PER_DAY;

export type Firing =
  | { readonly dueAt: number; readonly run: true; readonly slept?: { readonly from: number; readonly to: number } }
  | { readonly dueAt: number; readonly run: false; readonly reason: string };

/**
 * The firing of a schedule that was last looked at for `lastDueAt`: one at most, for the newest due time. Earlier due
 * times are missed and never run one by one. Undefined while nothing is due, also after the clock was set back.
 */
export function firingOf(
  schedule: Pick<Schedule, "when" | "missed">,
  { lastDueAt, now }: { readonly lastDueAt: number; readonly now: number },
  times: Times,
): Firing | undefined {
  const dueAt = times.latest(schedule.when, now);
  if (dueAt === undefined || dueAt <= lastDueAt) return undefined;
  const lateMs = now - dueAt;
  const from = times.next(schedule.when, lastDueAt) ?? dueAt;
  const isTold = schedule.missed === "once" && now - from > LATE_MS;
  const slept = isTold && { slept: { from, to: now } };
  if (lateMs <= LATE_MS) return { dueAt, run: true, ...slept };
  if (schedule.missed === "skip") return { dueAt, run: false, reason: 'missed, and missed = "skip"' };
  if (lateMs > MAKE_UP_MS) return { dueAt, run: false, reason: "missed by more than 24 hours" };
  return { dueAt, run: true, ...slept };
}
