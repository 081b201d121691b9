import { expect, test } from "vitest";
import { dateOf, moment, momentUrl, readMoment, tableTime, withoutMoments } from "../../src/domain/moment.ts";

const AT = new Date(2026, 10, 30, 9, 5, 59, 999).getTime();

test("tables show a moment in the machine's zone, cut to the minute", () => {
  expect([dateOf(AT), tableTime(AT)]).toEqual(["2026-11-30", "2026-11-30 09:05"]);
});

test("a link that stands for a moment is read back to the second, and no other link is", () => {
  expect(readMoment(momentUrl(AT))).toEqual({ unix: Math.floor(AT / 1000), format: "wdt" });
  for (const url of ["https://example.org", "tg://time?unix=1&format=zz", "tg://time?unix=x&format=wdt", "tg://time"]) {
    expect(readMoment(url), url).toBeUndefined();
  }
});

test("text for a terminal says the time in the machine's zone", () => {
  expect(withoutMoments(`Next: ${moment(AT)}.`)).toMatch(/^Next: Mon 30 Nov, 09:05 \S+\.$/);
});
