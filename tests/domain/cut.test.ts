import fc from "fast-check";
import { expect, test } from "vitest";
import {
  breakBefore,
  endOf,
  firstCharacter,
  shorten,
  shortenLine,
  shortenStart,
  wholeBefore,
} from "../../src/domain/cut.ts";

const family = "👨‍👩‍👧‍👦";
const flag = "🇩🇪";
const pieces = [family, flag, "👍🏽", "é", "क्षि", "字", "a", "🦀"];

test("no text is cut within what people see as one character", () => {
  const segmenter = new Intl.Segmenter("en");
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...pieces), { maxLength: 60 }),
      fc.integer({ min: 12, max: 200 }),
      (parts, limit) => {
        const text = parts.join("");
        const bounds = new Set([...segmenter.segment(text)].map(({ index }) => index)).add(text.length);
        const cut = wholeBefore(text, limit);
        expect(bounds).toContain(cut);
        expect(cut).toBeLessThanOrEqual(limit);
        expect(bounds).toContain(text.length - endOf(text, limit).length);
        expect(shorten(text, limit).length).toBeLessThanOrEqual(limit);
        expect(shortenStart(text, limit).length).toBeLessThanOrEqual(limit);
      },
    ),
  );
});

test("the first character is not parted either", () => {
  expect(wholeBefore(`${family}🦀🦀`, 3)).toBe(0);
  expect(endOf(`${family}🦀🦀`, 12)).toBe("🦀🦀");
  expect(shorten(`${family}🦀`, 8)).toBe("…");
});

test("a character of a thousand marks is parted rather than lost, and never a surrogate pair", () => {
  const zalgo = `a${"\u0301".repeat(1000)}`;
  expect(wholeBefore(zalgo, 300)).toBe(300);
  expect(wholeBefore("🦀".repeat(3), 1)).toBe(0);
  expect(shorten("🦀🦀🦀", 4)).toBe("🦀…");
});

test("a line is cut behind a word, or a sentence if there are no spaces", () => {
  expect(shortenLine("one  two\nthree", 40)).toBe("one two three");
  expect(shortenLine("one two three four", 12)).toBe("one two…");
  expect(shortenLine("请先备份数据。然后重启服务器并等待", 12)).toBe("请先备份数据。…");
  expect(breakBefore("「重启。」然后等待", 7, 3)).toBe(5);
});

test("the first character is one as people see it", () => {
  for (const piece of pieces) expect(firstCharacter(`${piece}abc`)).toBe(piece);
  expect(firstCharacter("")).toBe("");
});
