import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { parseMarkdown } from "../../../src/chat/markdown/parse.ts";
import { emitText } from "../../../src/telegram/markdown/emit-text.ts";
import { split, trimTo } from "../../../src/telegram/markdown/split.ts";
import { expectGoodEntities, withoutSpace } from "../rules.ts";
import { answerMarkdown, PATIENCE_MS, RUNS, tangledMarkdown } from "./arbitrary.ts";

vi.setConfig({ testTimeout: PATIENCE_MS });

const textOf = (source: string) => emitText(parseMarkdown(source));

test("cuts any text into pieces that hold all of it and are not too long", () => {
  const source = fc.oneof(
    tangledMarkdown,
    answerMarkdown.map((answer) => answer.source),
  );
  fc.assert(
    fc.property(source, fc.integer({ min: 8, max: 200 }), (markdown, limit) => {
      const whole = textOf(markdown);
      const pieces = split(whole, limit);
      for (const piece of pieces) {
        expect(piece.text.length).toBeLessThanOrEqual(limit);
        expectGoodEntities(piece);
      }
      expect(withoutSpace(pieces.map(({ text }) => text).join(""))).toBe(withoutSpace(whole.text));
    }),
    RUNS,
  );
});

test("breaks between paragraphs, else between lines, else between words, else anywhere", () => {
  const cut = (text: string) => split({ text, entities: [] }, 20).map((piece) => piece.text);
  expect(cut("first line\n\nsecond line\nthird")).toEqual(["first line", "second line\nthird"]);
  expect(cut("first line\nsecond line that goes on")).toEqual(["first line", "second line that", "goes on"]);
  expect(cut("a".repeat(45))).toEqual(["a".repeat(20), "a".repeat(20), "aaaaa"]);
  expect(cut("😀".repeat(15))).toEqual(["😀".repeat(10), "😀".repeat(5)]);
  expect(cut(`${"a".repeat(19)}😀b`)).toEqual(["a".repeat(19), "😀b"]);
});

test("closes a code block at the cut and opens it again, with its language", () => {
  const pieces = split(textOf(`intro\n\n\`\`\`ts\n${"const a = 1;\n\n".repeat(4)}\`\`\``), 30);
  expect(pieces.length).toBeGreaterThan(1);
  for (const { text, entities } of pieces.slice(1)) {
    expect(entities).toEqual([{ type: "pre", language: "ts", offset: 0, length: text.length }]);
  }
});

test("breaks before a code block rather than at a blank line within it", () => {
  const pieces = split(textOf("words before it\n\n```\na\n\nb\n```\n\nafter"), 19);
  expect(pieces[0]?.text).toBe("words before it");
  expect(pieces[1]?.text).toBe("a\n\nb\n\nafter");
});

test("keeps the indentation of the line after a cut", () => {
  expect(split(textOf("```\nfunction f() {\n    return 1;\n}\n```"), 16)[1]?.text).toBe("    return 1;\n}");
});

test("trims to a length, the mark of it included, between characters", () => {
  expect(trimTo({ text: "abcdef", entities: [] }, 6).text).toBe("abcdef");
  expect(trimTo({ text: "abcdef", entities: [{ type: "bold", offset: 0, length: 6 }] }, 4)).toEqual({
    text: "abc…",
    entities: [{ type: "bold", offset: 0, length: 3 }],
  });
  expect(trimTo({ text: "a😀😀", entities: [] }, 3).text).toBe("a…");
});
