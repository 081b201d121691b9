import { UserError } from "../errors.ts";
import { formatDuration, parseSpokenDuration, SPOKEN_DURATION } from "./duration.ts";
import type { When } from "./schedule.ts";
import { MS_PER_DAY, MS_PER_MINUTE } from "./time.ts";

export interface Asked {
  readonly when: When;
  readonly prompt: string;
}

const DAYS: Readonly<Record<string, string>> = {
  daily: "*",
  everyday: "*",
  day: "*",
  weekdays: "1-5",
  weekday: "1-5",
  weekends: "6,0",
};
const WEEK = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const HOW =
  "Write a time and a task: `/schedule 9:00 weekdays run the tests`, `/schedule mon,thu 9:00 …`, `/schedule every 2h look for new issues`, or `/schedule cron 0 9 * * 1 …`.";

/**
 * Reads the words of `/schedule`: `9:00 [daily|weekdays|weekends|mon,thu] task`, the days before the time too, `every 2h
 * task`, or `cron <5 fields> task`.
 *
 * @throws UserError that says how to write it.
 */
export function parseSchedule(text: string, now: number): Asked {
  const asked = readCron(text.trim()) ?? readClock(text.trim()) ?? readEvery(text.trim(), now);
  if (asked === undefined) throw new UserError(HOW, { code: "usage" });
  return asked;
}

const EVERY = new RegExp(`^every\\s+(${SPOKEN_DURATION}|minute|hour|day)\\s*(?<=\\s)(\\S[\\s\\S]*)$`, "i");

function readEvery(text: string, now: number): Asked | undefined {
  const [, wait, prompt] = EVERY.exec(text) ?? [];
  if (wait === undefined || prompt === undefined) return undefined;
  const everyMs = parseSpokenDuration(/^\d/.test(wait) ? wait : `1 ${wait}`) ?? 0;
  if (everyMs < MS_PER_MINUTE)
    throw new UserError("A schedule can run once a minute at most: write `every 1m` or more.", { code: "usage" });
  return { when: { everyMs, from: now }, prompt };
}

function readCron(text: string): Asked | undefined {
  const [, pattern, prompt] = /^cron\s+((?:\S+\s+){4}\S+)\s+(\S[\s\S]*)$/i.exec(text) ?? [];
  if (pattern === undefined || prompt === undefined) return undefined;
  return { when: { cron: pattern.replace(/\s+/g, " ") }, prompt };
}

/** Days, a time of day, and all that follows. */
const CLOCK = /^(?:(?:every|on)\s+)?(?:([a-z][a-z,]*)\s+)??(?:at\s+)?(\d{1,2})(?::(\d{2}))?\s*(am|pm)?\s+(\S[\s\S]*)$/i;

function readClock(text: string): Asked | undefined {
  const [, before, hour = "", minute, half, rest = ""] = CLOCK.exec(text) ?? [];
  const days = before === undefined ? undefined : readDays(before);
  if ((minute ?? half) === undefined || (before !== undefined && days === undefined)) return undefined;
  const clock = toClock(hour, minute, half);
  const { days: after = "*", task } = days === undefined ? splitDays(rest) : { days, task: rest };
  return task === "" ? undefined : { when: { cron: `${clock} * * ${after}` }, prompt: task };
}

/** Minute and hour, as a cron pattern has them. */
function toClock(hour: string, minute: string | undefined, half = ""): string {
  const isPm = half.toLowerCase() === "pm";
  const isHour = half === "" ? Number(hour) < 24 : Number(hour) >= 1 && Number(hour) <= 12;
  if (!isHour || Number(minute ?? 0) > 59) {
    const written = [hour, ...(minute === undefined ? [] : [minute])].join(":");
    throw new UserError(`${written}${half} is no time of day: write 0:00 to 23:59.`, { code: "usage" });
  }
  return `${Number(minute ?? 0)} ${half === "" ? Number(hour) : (Number(hour) % 12) + (isPm ? 12 : 0)}`;
}

function splitDays(text: string): { readonly days: string | undefined; readonly task: string } {
  const [, word = "", task = ""] = /^(?:on\s+)?(\S+)\s*([\s\S]*)$/i.exec(text) ?? [];
  const days = readDays(word);
  return { days, task: days === undefined ? text : task };
}

/** The fifth field of a cron pattern; undefined if the word names no days. */
function readDays(word: string): string | undefined {
  const known = DAYS[word.toLowerCase()];
  if (known !== undefined) return known;
  const days = word
    .split(",")
    .map((day) => WEEK.findIndex((name) => [name, `${name}s`, name.slice(0, 3)].includes(day.toLowerCase())));
  return days.includes(-1) ? undefined : days.join(",");
}

/**
 * Reads the words of `/remind`: `20m task`.
 *
 * @throws UserError that says how to write it.
 */
export function parseReminder(text: string, now: number): Asked {
  const [, wait = "", prompt = ""] = REMINDER.exec(text.trim()) ?? [];
  const ms = parseSpokenDuration(wait);
  if (ms === undefined) {
    const how = "Write how long to wait and a task: `/remind 20m look at the build`, or `/remind 1h30m …`.";
    throw new UserError(how, { code: "usage" });
  }
  if (ms > 366 * MS_PER_DAY) throw new UserError("A reminder can wait for a year at most.", { code: "usage" });
  return { when: { at: now + ms }, prompt };
}

const REMINDER = new RegExp(`^(?:in\\s+)?(${SPOKEN_DURATION})(?<=\\s)(\\S[\\s\\S]*)$`, "i");

const SPOKEN: Readonly<Record<string, string>> = { "*": "daily", "1-5": "weekdays", "6,0": "weekends" };

/** When it is due, in words: `every 2h`, `9:00 on weekdays`, `once`. */
export function describeWhen(when: When): string {
  if ("at" in when) return "once";
  if ("everyMs" in when) return `every ${formatDuration(when.everyMs)}`;
  const [minute = "", hour = "", day, month, weekday = ""] = when.cron.split(" ");
  const zone = when.timezone === undefined ? "" : ` (${when.timezone})`;
  const named = /^[0-7](,[0-7])*$/.test(weekday) ? weekday.split(",").map((number) => WEEK[Number(number) % 7]) : [];
  const days = SPOKEN[weekday] ?? named.join(",");
  const isClock = /^\d+ \d+$/.test(`${minute} ${hour}`) && day === "*" && month === "*" && days !== "";
  return isClock ? `${hour}:${minute.padStart(2, "0")} ${days}${zone}` : `cron ${when.cron}${zone}`;
}

/** A name made of the first words of a task that none of `taken` has. */
export function nameOf(prompt: string, taken: ReadonlySet<string>): string {
  const words = prompt.toLowerCase().match(/[a-z0-9]+/g) ?? ["task"];
  const base = words.slice(0, 4).join("-").slice(0, 30).replace(/-$/, "");
  for (let count = 1; ; count++) {
    const name = count === 1 ? base : `${base}-${count}`;
    if (!taken.has(name)) return name;
  }
}
