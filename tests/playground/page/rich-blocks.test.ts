import type { RichBlock, RichBlockTableCell, RichText } from "@grammyjs/types";
import { expect, test } from "vitest";
import { listLabel } from "../../../src/playground/page/list-label.ts";
import { blockNodes } from "../../../src/playground/page/rich-blocks.ts";
import { richTextNodes } from "../../../src/playground/page/rich-text.ts";
import { elementsOf, outline, textsOf } from "./tree.ts";

const show = (...blocks: RichBlock[]) => blockNodes(blocks, new Set());
const paragraph = (text: RichText): RichBlock => ({ type: "paragraph", text });

test("inline text nests strings, arrays and formatting", () => {
  const text: RichText = [
    "a ",
    { type: "bold", text: ["b ", { type: "italic", text: "c" }] },
    { type: "code", text: "d" },
  ];
  expect(outline(richTextNodes(text))).toBe("a <strong>b <em>c</em></strong><code>d</code>");
});

test("links in rich text follow the same schemes as in plain text", () => {
  expect(outline(richTextNodes({ type: "url", text: "x", url: "javascript:alert(1)" }), ["href"])).toBe(
    "<span>x</span>",
  );
  expect(outline(richTextNodes({ type: "email_address", text: "m", email_address: "a@b.example" }), ["href"])).toBe(
    "<a href=mailto:a@b.example>m</a>",
  );
});

test("headings keep their size, and paragraphs their order", () => {
  const nodes = show({ type: "heading", size: 1, text: "Big" }, paragraph("one"), {
    type: "heading",
    size: 6,
    text: "Small",
  });
  expect(outline(nodes, ["class"])).toBe(
    "<h3 class=heading size-1>Big</h3><p>one</p><h6 class=heading size-6>Small</h6>",
  );
});

test("a task list shows what is done", () => {
  const item = (done: boolean) => ({
    label: "",
    has_checkbox: true as const,
    ...(done && { is_checked: true as const }),
    blocks: [paragraph(done ? "done" : "open")],
  });
  const boxes = elementsOf(show({ type: "list", items: [item(true), item(false)] })).filter(
    (element) => element.attrs["role"] === "checkbox",
  );
  expect(boxes.map((box) => box.attrs["aria-checked"])).toEqual(["true", "false"]);
});

test("lists nest inside their items", () => {
  const inner: RichBlock = { type: "list", items: [{ label: "•", blocks: [paragraph("deep")] }] };
  const outer: RichBlock = { type: "list", items: [{ label: "1.", value: 1, blocks: [paragraph("top"), inner] }] };
  expect(textsOf(show(outer), "li")).toEqual(["1.top•deep", "•deep"]);
});

test.each([
  [{ label: "•" }, "•"],
  [{ label: "" }, "•"],
  [{ label: "3.", value: 3 }, "3."],
  [{ label: "", value: 28, type: "a" }, "ab."],
  [{ label: "", value: 27, type: "A" }, "AA."],
  [{ label: "", value: 1994, type: "i" }, "mcmxciv."],
  [{ label: "", value: 9, type: "I" }, "IX."],
  [{ label: "", value: 0, type: "i" }, "0."],
  [{ label: "", value: 1e9, type: "i" }, "1000000000."],
] as const)("the label of %j is %s", (item, label) => {
  expect(listLabel(item)).toBe(label);
});

test("a table keeps headers, alignment and spans", () => {
  const cell = (text: string, more: Partial<RichBlockTableCell> = {}): RichBlockTableCell => ({
    text,
    align: "left",
    valign: "top",
    ...more,
  });
  const cells = [[cell("H", { is_header: true, align: "center" })], [cell("1", { align: "right", colspan: 2 })]];
  const nodes = show({ type: "table", cells, is_bordered: true });
  expect(outline(nodes, ["colspan", "scope"])).toContain("<th scope=col>H</th>");
  expect(elementsOf(nodes).find(({ tag }) => tag === "td")?.attrs).toEqual({ colspan: "2", class: "right top" });
});

test("details open only when they say so", () => {
  const details = (open?: true): RichBlock => ({
    type: "details",
    summary: "More",
    blocks: [paragraph("inside")],
    ...(open && { is_open: open }),
  });
  expect(outline(show(details(), details(true)), ["open"])).toBe(
    "<details><summary>More</summary><p>inside</p></details><details open=><summary>More</summary><p>inside</p></details>",
  );
});

test("a formula is its source, and media are named and not loaded", () => {
  const photo: RichBlock = { type: "photo", photo: [{ file_id: "f", file_unique_id: "f", width: 1, height: 1 }] };
  const nodes = show({ type: "mathematical_expression", expression: "a<b" }, photo);
  expect(textsOf(nodes, "div")).toEqual(["a<b", "photo (not shown here)"]);
  expect(elementsOf(nodes).some(({ attrs }) => "src" in attrs)).toBe(false);
});

test("buttons press, copy, open, or stay disabled", () => {
  const nodes = blockNodes(
    [
      {
        type: "buttons",
        buttons: [
          { text: "Press", callback_data: "go", style: "danger" },
          { text: "Copy", copy_text: { text: "secret" } },
          { text: "Open", url: "https://a.example/" },
          { text: "Bad", url: "javascript:alert(1)" },
          { text: "Off", disabled: {} },
        ],
      },
    ],
    new Set(["go"]),
  );
  const buttons = elementsOf(nodes).filter(({ tag }) => tag === "button" || tag === "a");
  expect(
    buttons.map(({ attrs }) => attrs["data-action"] ?? attrs["href"] ?? ("disabled" in attrs ? "disabled" : "?")),
  ).toEqual(["press", "copy", "https://a.example/", "disabled", "disabled"]);
  expect(buttons[0]?.attrs).toMatchObject({ "aria-busy": "true", "data-value": "go", class: "key danger" });
});

test("blocks and inline text nested without end are cut instead of overflowing the stack", () => {
  let text: RichText = "deep";
  let block: RichBlock = paragraph("deep");
  for (let level = 0; level < 20_000; level++) {
    text = { type: "bold", text };
    block = { type: "blockquote", blocks: [block] };
  }
  expect(elementsOf(richTextNodes(text)).length).toBeLessThan(100);
  expect(elementsOf(show(block)).length).toBeLessThan(200);
});
