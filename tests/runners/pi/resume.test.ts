import fc from "fast-check";
import { expect, test } from "vitest";
import { piResume } from "../../../runners/pi/resume.ts";

test.each([
  ["pi --session 01a1faa9-0e57-755a-9ea7-c358c83d66d4", "01a1faa9-0e57-755a-9ea7-c358c83d66d4"],
  ["PI  --Session  01a1faa9", "01a1faa9"],
  ["  pi --session /home/me/s.jsonl  ", "/home/me/s.jsonl"],
  ['pi --session "/home/me/my work/s.jsonl"', "/home/me/my work/s.jsonl"],
  ["pi --session '/home/me/my work/s.jsonl'", "/home/me/my work/s.jsonl"],
  ["pi --session /home/me/my work/s.jsonl", "/home/me/my work/s.jsonl"],
  ['pi --session "say \\"x\\".jsonl"', 'say "x".jsonl'],
])("%j names a session", (line, value) => {
  expect(piResume.parse(line)).toBe(value);
});

test.each([
  "pi -s 01a1faa9",
  "see pi --session 01a1faa9",
  "- pi --session 01a1faa9",
  "pi --session",
  "pi --session 01a1faa9 --print",
  "pi --session does not work here",
  "pip --session 01a1faa9",
  "codex resume 01a1faa9",
])("%j names none", (line) => {
  expect(piResume.parse(line)).toBeUndefined();
});

test("only a value that would be read as something else is quoted", () => {
  expect(piResume.format("01a1faa9-0e57")).toBe("pi --session 01a1faa9-0e57");
  expect(piResume.format("/a b/c.jsonl")).toBe('pi --session "/a b/c.jsonl"');
  expect(piResume.format('x"y')).toBe('pi --session "x\\"y"');
});

test("whatever is formatted is read back", () => {
  const unit = fc.constantFrom(...`\\"'\` /~.-a1é😀\n\u2028`, ".jsonl", "pi --session ");
  const value = fc.string({ unit, minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(value, (text) => {
      expect(piResume.parse(piResume.format(text))).toBe(text);
    }),
  );
});
