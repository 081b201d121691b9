import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { parseMarkdown } from "../../../src/chat/markdown/parse.ts";
import { flattenRich } from "../../../src/telegram/flatten-rich.ts";
import { emitRich } from "../../../src/telegram/markdown/emit-rich.ts";
import { fitsRich, needsRich, sizeOf } from "../../../src/telegram/markdown/rich-size.ts";
import { expectAccepted } from "../rules.ts";
import { answerMarkdown, holdsInOrder, PATIENCE_MS, RUNS, tangledMarkdown } from "./arbitrary.ts";

vi.setConfig({ testTimeout: PATIENCE_MS });

const rich = (source: string) => emitRich(parseMarkdown(source));

test("gives blocks that Telegram takes, whatever the source, if they fit", () => {
  fc.assert(
    fc.property(tangledMarkdown, (source) => {
      const blocks = parseMarkdown(`x\n\n${source}`);
      fc.pre(fitsRich(sizeOf(blocks)));
      expectAccepted({ kind: "rich", blocks: emitRich(blocks) });
    }),
    RUNS,
  );
});

test("holds every word of an answer, in order", () => {
  fc.assert(
    fc.property(answerMarkdown, ({ source, words }) => {
      const text = flattenRich(rich(source));
      expect(holdsInOrder(text, words), text).toBe(true);
    }),
    RUNS,
  );
});

test("keeps the form of lists, tasks, tables and formulas", () => {
  expect(rich("2. a\n   - [x] b")).toEqual([
    {
      type: "list",
      items: [
        {
          value: 2,
          type: "1",
          blocks: [
            { type: "paragraph", text: "a" },
            {
              type: "list",
              items: [{ has_checkbox: true, is_checked: true, blocks: [{ type: "paragraph", text: "b" }] }],
            },
          ],
        },
      ],
    },
  ]);
  expect(rich("| a |\n|--:|\n| **b** |")).toEqual([
    {
      type: "table",
      is_bordered: true,
      cells: [
        [{ text: "a", align: "right", valign: "top", is_header: true }],
        [{ text: { type: "bold", text: "b" }, align: "right", valign: "top" }],
      ],
    },
  ]);
  expect(rich("$$\nx^2\n$$")).toEqual([{ type: "mathematical_expression", expression: "x^2" }]);
});

test.each([
  ["| a |\n|---|\n| b |", true],
  ["- [ ] a", true],
  ["- a\n  - b", true],
  ["> - a\n>   - b", true],
  ["the **$x^2$**", true],
  ["# a\n\n- b\n- c\n\n```js\nd\n```\n\n> e", false],
])("knows whether %j needs more than text with entities", (source, isNeeded) => {
  expect(needsRich(parseMarkdown(source))).toBe(isNeeded);
});

test.each([
  ["too many characters", "x".repeat(32_769)],
  ["too many blocks", "- a\n".repeat(251)],
  ["too many levels", `${"> ".repeat(16)}a`],
  ["too many columns", `${"| a ".repeat(21)}|\n${"|---".repeat(21)}|`],
])("finds that an answer with %s does not fit", (_, source) => {
  expect(fitsRich(sizeOf(parseMarkdown(source)))).toBe(false);
});
