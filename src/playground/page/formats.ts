const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

const DATE = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

const BYTE_UNITS = ["B", "KB", "MB", "GB"];

/** Hours and minutes of a Unix time in seconds. */
export const clock = (seconds: number): string => CLOCK.format(seconds * 1000);

export const fullTime = (seconds: number): string => FULL.format(seconds * 1000);

export const dayName = (seconds: number): string => DAY.format(seconds * 1000);

/** Whether two Unix times in seconds fall on the same day here. */
export const isSameDay = (a: number, b: number): boolean =>
  new Date(a * 1000).toDateString() === new Date(b * 1000).toDateString();

/** A number of bytes for people: `1.5 MB`. */
export function byteSize(bytes: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${BYTE_UNITS[power]}`;
}

/** The time of day for a moment of `today`, both Unix times in seconds; the date for any other. */
export const briefTime = (seconds: number, today: number): string =>
  isSameDay(seconds, today) ? clock(seconds) : DATE.format(seconds * 1000);
