/** How a chat shows it: the reader's own weekday, date and time. */
const FORMAT = "wdt";
const SCHEME = "tg://time?unix=";

/** A moment in Markdown, which a chat shows in its reader's time zone, and all else in the machine's. ms since 1970. */
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

/** What a link shows as a moment; undefined for every other link. */
export function readMoment(url: string): { readonly unix: number; readonly format: string } | undefined {
  const [, unix, format] = /^tg:\/\/time\?unix=(\d{1,12})&format=(r|w?[dD]?[tT]?)$/.exec(url) ?? [];
  return unix === undefined || format === undefined ? undefined : { unix: Number(unix), format };
}

/** Markdown for readers that have no reader's time: moments are in the machine's. */
export const withoutMoments = (markdown: string): string =>
  markdown.replace(/!\[([^\]]*)\]\(tg:\/\/time\?[^)]*\)/g, "$1");
