import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { resetOf } from "../../src/domain/usage-limit.ts";

const NOW = Date.parse("2026-11-29T18:00Z");
const iso = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString().slice(0, 16));
const local = (text: string) => iso(Date.parse(text));

test.each([
  ["You've hit your 5-hour limit · resets 8:24pm (UTC)", "2026-11-29T20:24"],
  ["You've hit your session limit · resets 12:50am (America/Los_Angeles)", "2026-11-30T08:50"],
  ["You've hit your limit · resets 1:30am (Asia/Dhaka)", "2026-11-29T19:30"],
  ["You've hit your weekly limit · resets Dec 1, 5pm (Asia/Tokyo)", "2026-12-01T08:00"],
  ["Claude usage limit reached. Your limit will reset at 9am (America/Chicago).", "2026-11-30T15:00"],
  [`Claude AI usage limit reached|${NOW / 1000 + 3600}`, "2026-11-29T19:00"],
  ["You've hit your usage limit. Upgrade to Pro or try again in 5 days 22 hours 11 minutes.", "2026-12-05T16:11"],
  ["5-hour usage limit reached. It will reset in 5 hours 20 minutes. To continue using this model", "2026-11-29T23:20"],
  ["weekly usage limit reached. It will reset in 2 days 1 hour. To continue using this model", "2026-12-01T19:00"],
  ["You have hit your ChatGPT usage limit (plus plan). Try again in ~92 min.", "2026-11-29T19:32"],
  [`Codex error: {"error":{"type":"usage_limit_reached","resets_at":${NOW / 1000 + 7200}}}`, "2026-11-29T20:00"],
  ["You’ve hit your usage limit. Visit https://x or try again at Dec 3rd, 2026 12:00 AM.", local("2026-12-03T00:00")],
])("%s", (error, expected) => {
  expect(iso(resetOf(error, NOW))).toBe(expected);
});

test("a time of day without a zone is the machine's", () => {
  const at = resetOf("You've hit your usage limit. Try again at 3:45 PM.", NOW) ?? 0;
  expect(new Date(at).toTimeString().slice(0, 5)).toBe("15:45");
  expect(at - NOW).toBeGreaterThan(0);
});

test.each([
  "Rate limit reached, please try again in 2s",
  "You've hit your usage limit. Try again in 2 seconds.",
  "You've hit your usage limit.",
  "You've hit your usage limit, which resets 5pm (Mars/Base)",
  "the context limit resets 5pm (UTC)",
  "You’ve hit your usage limit. Try again at Jan 1st, 2030 12:00 AM.",
])("%s: nothing to wait for", (error) => {
  expect(resetOf(error, NOW)).toBeUndefined();
});

test("the recorded words of the engines are understood", () => {
  const textOf = (file: string) => readFileSync(new URL(`../../fixtures/${file}.jsonl`, import.meta.url), "utf8");
  const said = /You've hit your 5-hour limit[^"]*/.exec(textOf("claude/usage-limit"))?.[0] ?? "";
  expect(iso(resetOf(said, NOW))).toBe("2026-11-29T20:24");
  const codex = /You’ve hit your usage limit[^"]*/.exec(textOf("codex/usage-limit"))?.[0] ?? "";
  expect(iso(resetOf(codex, Date.parse("2029-12-25T00:00Z")))).toBe(local("2030-01-01T00:00"));
});
