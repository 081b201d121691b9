import { UserError } from "../errors.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import type { When } from "./schedule.ts";
import { MS_PER_DAY, MS_PER_MINUTE } from "./time.ts";

export interface Asked {
  readonly when: When;
  readonly prompt: string;
}

const DAYS: Readonly<Record<string, string>> = { daily: "*", everyday: "*", weekdays: "1-5", weekends: "6,0" };
const WEEK = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const HOW =
  "Write a time and a task: `/schedule 9:00 weekdays run the tests`, `/schedule every 2h look for new issues`, or `/schedule cron 0 9 * * 1 …`.";

/**
 * Reads the words of `/schedule`: `9:00 [daily|weekdays|weekends|mon,thu] task`, `every 2h task`, or `cron <5 fields>
 * task`.
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
 * Reads the words of `/remind`: `20m task`.
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
