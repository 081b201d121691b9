import type { Message, RichBlock } from "@grammyjs/types";
import { expect, test } from "vitest";
import { toTerminal } from "../../src/cli/show-message.ts";

const PLAIN = { colours: false };
const rich = (...blocks: RichBlock[]) => ({ rich_message: { blocks } }) as Message;
const paragraph = (text: string): RichBlock => ({ type: "paragraph", text });
const cell = (text: string, more: object = {}) => ({ text, align: "left", valign: "top", ...more }) as const;

test("headings, lists, tables and the empty lines between blocks stay", () => {
  const message = rich(
    paragraph("done · demo · 2s"),
    { type: "heading", size: 2, text: "Files" },
    {
      type: "list",
      items: [
        {
          label: "•",
          blocks: [
            paragraph("first"),
            { type: "list", items: [{ label: "1.", value: 1, blocks: [paragraph("nested")] }] },
          ],
        },
        { label: "•", has_checkbox: true, is_checked: true, blocks: [paragraph("checked")] },
      ],
    },
    {
      type: "table",
      cells: [
        [cell("Name", { is_header: true }), cell("Lines", { is_header: true, align: "right" })],
        [cell("a.ts"), cell("7", { align: "right" })],
        [cell("日本.md"), cell("12", { align: "right" })],
      ],
    },
    { type: "pre", text: "npm test\nnpm start" },
  );
  expect(toTerminal(message, PLAIN)).toBe(
    [
      "done · demo · 2s",
      "",
      "## Files",
      "",
      "• first",
      "  1. nested",
      "[x] checked",
      "",
      "Name    │ Lines",
      "────────┼──────",
      "a.ts    │     7",
      "日本.md │    12",
      "",
      "    npm test",
      "    npm start",
    ].join("\n"),
  );
});

test("classic text keeps its lines, code is indented, and addresses are shown", () => {
  const message = {
    text: "Run:\n\nnpm test\n\nSee docs.",
    entities: [
      { type: "pre", offset: 6, length: 8 },
      { type: "text_link", offset: 20, length: 4, url: "https://example.org/" },
    ],
  } as Message;
  expect(toTerminal(message, PLAIN)).toBe("Run:\n\n    npm test\n\nSee docs <https://example.org/>.");
});

test("a terminal with colours gets bold and italic words", () => {
  const message = { text: "a bold word", entities: [{ type: "bold", offset: 2, length: 4 }] } as Message;
  expect(toTerminal(message, { colours: true })).toBe("a \u001b[1mbold\u001b[22m word");
});

test("a file is named if there is no text", () => {
  expect(toTerminal({ document: { file_name: "answer.md" } } as Message, PLAIN)).toBe("[file: answer.md]");
});
