import { expect, test } from "vitest";
import { parseMarkdown } from "../../../src/chat/markdown/parse.ts";
import { emitText } from "../../../src/telegram/markdown/emit-text.ts";
import { fitsEntities, limitEntities } from "../../../src/telegram/markdown/entity-limit.ts";

const many = (count: number, piece: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => piece(i)).join(", ");

test.each<[string, (index: number) => string, string]>([
  ["code", (i) => `\`c${i}\``, "c7"],
  ["bold", (i) => `**b${i}**`, "b7"],
  ["bold code", (i) => `**\`b${i}\`**`, "b7"],
  ["links", (i) => `[a${i}](https://example.org/${i})`, "a7"],
  ["emphasis and deletions", (i) => `*e${i}* ~~d${i}~~`, "e7 d7"],
  ["escapes", (i) => `x${i}\\_y \\*`, "x7_y *"],
])("a paragraph with 700 times %s shows no raw marks, and Telegram takes it", (_, piece, shown) => {
  const whole = emitText(parseMarkdown(`# Title\n\n- ${many(700, piece)}\n\n**end**`));
  expect(whole.text).toContain(shown);
  expect(whole.text).not.toMatch(/\*\*|`|~~|\]\(|\\/);
  expect(whole.text).toMatch(/^Title[\s\S]*end$/);
  expect(fitsEntities(limitEntities(whole).entities)).toBe(true);
});

test("blocks beside such a paragraph keep their form", () => {
  const blocks = parseMarkdown(`| a | b |\n|---|---|\n| 1 | 2 |\n\n${many(700, () => "`x`")}\n\n1. one\n2. two`);
  expect(blocks.map(({ type }) => type)).toEqual(["table", "paragraph", "list"]);
});

test("a link there may lead only where others may", () => {
  const blocks = parseMarkdown(many(700, () => "[https://good.example](https://evil.example/x) `y`"));
  expect(emitText(blocks).text).toContain("https://good.example (https://evil.example/x)");
});
