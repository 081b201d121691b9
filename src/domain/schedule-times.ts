import { Cron } from "croner";
import type { Times, When } from "./schedule.ts";

/**
 * Due times. croner 11 on a change of the clocks: a time that the spring gap leaves out comes at the gap's end, one that
 * autumn repeats comes once, in its first pass; `*` and steps run in both passes.
 */
export const times: Times = {
  next(when, time) {
    if ("at" in when) return when.at > time ? when.at : undefined;
    if ("cron" in when) return patternOf(when.cron, when.timezone).nextRun(new Date(time))?.getTime();
    const passed = Math.floor((time - when.from) / when.everyMs);
    return when.from + Math.max(passed + 1, 1) * when.everyMs;
  },

  latest(when, time) {
    if ("at" in when) return when.at <= time ? when.at : undefined;
    // previousRuns looks strictly before its reference.
    if ("cron" in when)
      return patternOf(when.cron, when.timezone)
        .previousRuns(1, new Date(time + 1))[0]
        ?.getTime();
    const passed = Math.floor((time - when.from) / when.everyMs);
    return passed < 1 ? undefined : when.from + passed * when.everyMs;
  },
};

/** The next `count` due times after `time`. */
export function nextTimes(when: When, time: number, count: number): number[] {
  const found: number[] = [];
  for (let at = times.next(when, time); at !== undefined && found.length < count; at = times.next(when, at))
    found.push(at);
  return found;
}

/** The problem with a pattern or its timezone, in a few words; undefined if the pattern will be due some day. */
export function problemOf(when: When): string | undefined {
  if (!("cron" in when)) return undefined;
  if (when.cron.trim().split(/\s+/).length !== 5) return "has to have five fields: minute hour day month weekday";
  try {
    return times.next(when, Date.now()) === undefined ? "never comes" : undefined;
  } catch (error) {
    const [said = ""] = (error instanceof Error ? error.message : String(error)).replace(/^Cron\w+: /, "").split(".");
    return `cannot be read: ${said[0]?.toLowerCase()}${said.slice(1)}`;
  }
}

export function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

const patternOf = (pattern: string, timezone: string | undefined): Cron =>
  new Cron(pattern, { mode: "5-part", fixedTimeRule: "no-wildcard", paused: true, ...(timezone && { timezone }) });
