import fc from "fast-check";
import { expect, test } from "vitest";
import { visibleBlock, visibleLine } from "../../src/domain/visible.ts";

test.each([
  ["rm x\n✓ Allowed by Ann", "rm x ⏎ ✓ Allowed by Ann"],
  ["a\r\nb\u2028c\u2029d\u0085e", "a ⏎ b ⏎ c ⏎ d ⏎ e"],
  ["ls \u202egpj.exe", "ls ⟨U+202E⟩gpj.exe"],
  ["ls\u200b -la\ufeff", "ls⟨U+200B⟩ -la⟨U+FEFF⟩"],
  ["a\u00a0b\u3000c\u2800d\u3164e", "a⟨U+00A0⟩b⟨U+3000⟩c⟨U+2800⟩d⟨U+3164⟩e"],
  ["\u001b[2K\u0007x\u0000", "⟨U+001B⟩[2K⟨U+0007⟩x⟨U+0000⟩"],
  ["a\u{e0041}\ufe0f", "a⟨U+E0041⟩⟨U+FE0F⟩"],
  ["a\tb   c ", "a b c"],
  ["👨‍👩‍👧 🇩🇪 ❤️ 👍🏽 é क्षि 字", "👨‍👩‍👧 🇩🇪 ❤️ 👍🏽 é क्षि 字"],
])("%j is shown as %j", (text, shown) => {
  expect(visibleLine(text)).toBe(shown);
});

test("a block keeps its lines and tabs, and shows the rest", () => {
  expect(visibleBlock("if x:\r\n\ty\u2028z\u202e")).toBe("if x:\n\ty⟨U+2028⟩z⟨U+202E⟩");
});

test("no text makes a second line, or hides anything in the first", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const shown = visibleLine(text);
      expect(shown).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200b]/u);
      expect(visibleLine(shown)).toBe(shown);
    }),
  );
});
