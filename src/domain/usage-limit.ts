import { times } from "./schedule-times.ts";
import { MS_PER_DAY, MS_PER_MINUTE } from "./time.ts";

/** Messages of engines about the limit of a plan, and not about that of a minute or of a context window. */
const LIMIT =
  /\b(?:usage|session|weekly|monthly|daily|hourly|\d+-hour|opus|sonnet) limit\b|\bhit your limit\b|usage_limit_reached/i;
/** Sooner an engine tries again by itself. */
const SOON_MS = MS_PER_MINUTE;
const LATEST_MS = 62 * MS_PER_DAY;

/**
 * The time at which the limit in an engine's error is reset, ms since 1970; undefined if there is none. Forms seen:
 * codex 0.169 `try again at 3:45 PM.` and `at Jan 1st, 2030 12:00 AM.`, before 0.50 `try again in 2 days 17 hours 14
 * minutes`; claude 2.1 `resets 8:24pm (UTC)`, `resets Dec 1, 5pm (Asia/Tokyo)`, before 2 `limit reached|1749924000`; opencode
 * 1.18 `It will reset in 5 hours 20 minutes.`; pi
 * 1.5 `Try again in ~92 min.` and a body with `"resets_at":1777936568`.
 *
 * @param now The time of the error.
 */
export function resetOf(error: string, now: number): number | undefined {
  if (!LIMIT.test(error)) return undefined;
  const at = readSeconds(error) ?? readWait(error, now) ?? readDate(error) ?? readClock(error, now);
  return at !== undefined && at - now > SOON_MS && at - now < LATEST_MS ? at : undefined;
}

function readSeconds(error: string): number | undefined {
  const seconds = /(?:resets_?at"?\s*:\s*|limit reached\|)(\d{10})\b/i.exec(error)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

const UNITS: Readonly<Record<string, number>> = { d: MS_PER_DAY, h: 60 * MS_PER_MINUTE, m: MS_PER_MINUTE, s: 1000 };

function readWait(error: string, now: number): number | undefined {
  const said = /(?:try again|resets?) in ~?((?:\d+\s*[a-z]+[\s,]*(?:and\s+)?)+)/i.exec(error)?.[1];
  const parts = [...(said ?? "").matchAll(/(\d+)\s*([dhms])/gi)];
  if (parts.length === 0) return undefined;
  return now + parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (UNITS[unit.toLowerCase()] ?? 0), 0);
}

/** With its year, in the machine's time. */
function readDate(error: string): number | undefined {
  const [, day, year, clock] =
    /\bat ([A-Z][a-z]{2} \d{1,2})(?:st|nd|rd|th)?,? (\d{4}),? (\d{1,2}:\d{2} [AP]M)/.exec(error) ?? [];
  const at = day === undefined ? Number.NaN : Date.parse(`${day}, ${year} ${clock}`);
  return Number.isNaN(at) ? undefined : at;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** The next time of day, or of a day of the year, in the zone that is named, else the machine's. */
function readClock(error: string, now: number): number | undefined {
  const found =
    /(?:resets?|again)(?: at)? (?:([A-Z][a-z]{2}) (\d{1,2})(?:,| at) )?(\d{1,2})(?::(\d{2}))? ?([ap]m)(?: \(([\w/+-]+)\))?/i.exec(
      error,
    );
  if (!found) return undefined;
  const [, month, day, hour, minute = "0", half = "", timezone] = found;
  const hours = (Number(hour) % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
  const number = month === undefined ? "*" : MONTHS.indexOf(month.toLowerCase()) + 1;
  try {
    return times.next({ cron: `${Number(minute)} ${hours} ${day ?? "*"} ${number} *`, timezone }, now);
  } catch {
    return undefined;
  }
}
