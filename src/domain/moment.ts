/** How a chat shows it: the reader's own weekday, date and time. */
const FORMAT = "wdt";
const SCHEME = "tg://time?unix=";

/** A moment in Markdown. A chat shows it in the reader's time zone, everything else in the machine's. ms since 1970. */
export const moment = (at: number): string => `![${machineTime(at)}](${momentUrl(at)})`;

/** As a link's address. */
export const momentUrl = (at: number): string => `${SCHEME}${Math.floor(at / 1000)}&format=${FORMAT}`;

/** `Mon 30 Nov, 09:00 CET` */
export function machineTime(at: number): string {
  const date = new Date(at);
  const day = date.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short" }).replace(",", "");
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  return `${day}, ${time}`;
}

/** `2026-11-30` in the machine's zone. ms since 1970. */
export const dateOf = (at: number): string => new Date(at).toLocaleDateString("sv");

/** `2026-11-30 09:00` in the machine's zone, for tables. ms since 1970. */
export const tableTime = (at: number): string => new Date(at).toLocaleString("sv").slice(0, 16);

/** `14:02` */
export const clockTime = (at: number): string =>
  new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

/** The moment that a link stands for; undefined for every other link. */
export function readMoment(url: string): { readonly unix: number; readonly format: string } | undefined {
  const [, unix, format] = /^tg:\/\/time\?unix=(\d{1,12})&format=(r|w?[dD]?[tT]?)$/.exec(url) ?? [];
  return unix === undefined || format === undefined ? undefined : { unix: Number(unix), format };
}

/** Markdown for output that has no reader's time zone: moments are in the machine's. */
export const withoutMoments = (markdown: string): string =>
  markdown.replace(/!\[([^\]]*)\]\(tg:\/\/time\?[^)]*\)/g, "$1");
