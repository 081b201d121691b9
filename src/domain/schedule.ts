import { UserError } from "../errors.ts";
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
  /** `same`: each run resumes the session of the one before it. */
  readonly session: "new" | "same";
  readonly only_when_idle: boolean;
  /** What happens if the run before has not ended. */
  readonly overlap: "skip" | "queue";
  /** What happens after a time in which nothing could run. */
  readonly missed: "once" | "skip";
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
 * What is due of a schedule that was looked at last for `lastDueAt`: one firing at most, for the newest due time; the
 * ones before it are missed and never made up singly. undefined while nothing is due, also after the clock was set back.
 */
export function firingOf(
  schedule: Pick<Schedule, "when" | "missed">,
  { lastDueAt, now }: { readonly lastDueAt: number; readonly now: number },
  times: Times,
): Firing | undefined {
  const dueAt = times.latest(schedule.when, now);
  if (dueAt === undefined || dueAt <= lastDueAt) return undefined;
  const lateMs = now - dueAt;
  if (lateMs <= LATE_MS) return { dueAt, run: true };
  if (schedule.missed === "skip") return { dueAt, run: false, reason: 'missed, and missed = "skip"' };
  if (lateMs > MAKE_UP_MS) return { dueAt, run: false, reason: "missed by more than 24 hours" };
  return { dueAt, run: true, slept: { from: times.next(schedule.when, lastDueAt) ?? dueAt, to: now } };
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: MS_PER_MINUTE, h: 60 * MS_PER_MINUTE, d: MS_PER_DAY };

/** `30m`, `2h`, `90s`, `1d` in ms; undefined for anything else, and for 0. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d{1,6})\s*(s|m|h|d)$/i.exec(text.trim()) ?? [];
  const ms = Number(count) * (UNITS[unit.toLowerCase()] ?? 0);
  return ms > 0 ? ms : undefined;
}

export interface Asked {
  readonly when: When;
  readonly prompt: string;
}

const DAYS: Readonly<Record<string, string>> = { daily: "*", everyday: "*", weekdays: "1-5", weekends: "6,0" };
const WEEK = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const HOW =
  "Write a time and a task: `/schedule 9:00 weekdays run the tests`, `/schedule every 2h look for new issues`, or `/schedule cron 0 9 * * 1 …`.";

/**
 * Reads what stands behind `/schedule`: `9:00 [daily|weekdays|weekends|mon,thu] task`, `every 2h task`, or
 * `cron <5 fields> task`.
 *
 * @throws UserError that says how to write it.
 */
export function parseSchedule(text: string, now: number): Asked {
  const asked = readEvery(text.trim(), now) ?? readCron(text.trim()) ?? readClock(text.trim());
  if (asked === undefined) throw new UserError(HOW);
  return asked;
}

function readEvery(text: string, now: number): Asked | undefined {
  const [, wait, prompt] = /^every\s+(\d+\s*[smhd])\s+(\S[\s\S]*)$/i.exec(text) ?? [];
  if (wait === undefined || prompt === undefined) return undefined;
  const everyMs = parseDuration(wait) ?? 0;
  if (everyMs < MS_PER_MINUTE)
    throw new UserError("A schedule can run once a minute at most: write `every 1m` or more.");
  return { when: { everyMs, from: now }, prompt };
}

function readCron(text: string): Asked | undefined {
  const [, pattern, prompt] = /^cron\s+((?:\S+\s+){4}\S+)\s+(\S[\s\S]*)$/i.exec(text) ?? [];
  if (pattern === undefined || prompt === undefined) return undefined;
  return { when: { cron: pattern.replace(/\s+/g, " ") }, prompt };
}

function readClock(text: string): Asked | undefined {
  const [, hour, minute, rest] = /^(\d{1,2}):(\d{2})\s+(\S[\s\S]*)$/.exec(text) ?? [];
  if (rest === undefined) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59)
    throw new UserError(`${hour}:${minute} is no time of day: write 0:00 to 23:59.`);
  const [, word = "", task = ""] = /^(\S+)\s+(\S[\s\S]*)$/.exec(rest) ?? [];
  const days = readDays(word);
  const cron = `${Number(minute)} ${Number(hour)} * * ${days ?? "*"}`;
  return { when: { cron }, prompt: days === undefined ? rest : task };
}

/** The fifth field of a cron pattern; undefined if the word names no days. */
function readDays(word: string): string | undefined {
  const known = DAYS[word.toLowerCase()];
  if (known !== undefined) return known;
  const days = word
    .split(",")
    .map((day) => WEEK.findIndex((name) => name === day.toLowerCase() || name.slice(0, 3) === day.toLowerCase()));
  return days.includes(-1) ? undefined : days.join(",");
}

/**
 * Reads what stands behind `/remind`: `20m task`.
 *
 * @throws UserError that says how to write it.
 */
export function parseReminder(text: string, now: number): Asked {
  const [, wait = "", prompt = ""] = /^(?:in\s+)?(\d+\s*[smhd])\s+(\S[\s\S]*)$/i.exec(text.trim()) ?? [];
  const ms = parseDuration(wait);
  if (ms === undefined) throw new UserError("Write how long to wait and a task: `/remind 20m look at the build`.");
  if (ms > 366 * MS_PER_DAY) throw new UserError("A reminder can wait for a year at most.");
  return { when: { at: now + ms }, prompt };
}
