import { MS_PER_DAY, MS_PER_MINUTE } from "./time.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: MS_PER_MINUTE, h: 60 * MS_PER_MINUTE, d: MS_PER_DAY };

/** `30m`, `2h`, `90s`, `1d` in ms; undefined for anything else, and for 0. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d{1,6})\s*(s|m|h|d)$/i.exec(text.trim()) ?? [];
  const ms = Number(count) * (UNITS[unit.toLowerCase()] ?? 0);
  return ms > 0 ? ms : undefined;
}

const SPOKEN_UNIT = "(?:s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?)";
/** A duration as people write it in a message: `20m`, `1h30m`, `2 hours`. Its text only: not for the whole of a text. */
export const SPOKEN_DURATION = `(?:\\d{1,6}\\s*${SPOKEN_UNIT}(?![a-z])\\s*)+`;

/** `SPOKEN_DURATION` in ms; undefined for anything else, and for 0. */
export function parseSpokenDuration(text: string): number | undefined {
  if (!new RegExp(`^${SPOKEN_DURATION}$`, "i").test(text.trim())) return undefined;
  const parts = [...text.matchAll(/(\d+)\s*([a-z])/gi)];
  const ms = parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (UNITS[unit.toLowerCase()] ?? 0), 0);
  return ms > 0 ? ms : undefined;
}

/** A duration as people write it: `90m`, `2h`, `1d`. */
export function formatDuration(ms: number): string {
  const unit = ["d", "h", "m", "s"].find((one) => ms % (UNITS[one] ?? 1) === 0) ?? "s";
  return `${Math.round(ms / (UNITS[unit] ?? 1000))}${unit}`;
}
