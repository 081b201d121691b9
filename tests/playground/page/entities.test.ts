import type { MessageEntity } from "@grammyjs/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textNodes } from "../../../src/playground/page/entities.ts";
import { textOf } from "../../../src/playground/page/vnode.ts";
import { elementsOf, outline, textsOf } from "./tree.ts";

type Simple = MessageEntity.CommonMessageEntity["type"];

const entity = (type: Simple, offset: number, length: number): MessageEntity => ({ type, offset, length });

test("text without entities is one piece", () => {
  expect(textNodes("a < b & c")).toEqual(["a < b & c"]);
});

test.each([
  ["bold", "strong"],
  ["italic", "em"],
  ["underline", "u"],
  ["strikethrough", "s"],
  ["code", "code"],
  ["spoiler", "span"],
  ["bot_command", "button"],
] as const)("%s becomes <%s>", (type, tag) => {
  expect(textsOf(textNodes("say hello now", [entity(type, 4, 5)]), tag)).toEqual(["hello"]);
});

test("nested entities stay nested, whatever their order", () => {
  const nested = [entity("italic", 5, 6), entity("bold", 0, 16)];
  expect(outline(textNodes("bold italic bold", nested))).toBe("<strong>bold <em>italic</em> bold</strong>");
});

test("an entity that crosses the end of another is shown in two pieces", () => {
  const crossing = [entity("bold", 0, 5), entity("italic", 3, 5)];
  expect(outline(textNodes("abcdefgh", crossing))).toBe("<strong>abc<em>de</em></strong><em>fgh</em>");
});

test("offsets count UTF-16 units", () => {
  expect(textsOf(textNodes("🐙🐙 bold", [entity("bold", 5, 4)]), "strong")).toEqual(["bold"]);
});

test("a quote is the outer one of two entities with the same range", () => {
  const nodes = textNodes("said", [entity("bold", 0, 4), entity("blockquote", 0, 4)]);
  expect(outline(nodes)).toBe("<blockquote><div><strong>said</strong></div></blockquote>");
});

test("the newline after a block does not show as an empty line", () => {
  const nodes = textNodes("quote\nnext", [entity("blockquote", 0, 5), entity("bold", 6, 4)]);
  expect(outline(nodes)).toBe("<blockquote><div>quote</div></blockquote><strong>next</strong>");
});

test("a code block names its language and can be copied", () => {
  const nodes = textNodes("x = 1", [{ type: "pre", offset: 0, length: 5, language: "python" }]);
  expect(textsOf(nodes, "pre")).toEqual(["x = 1"]);
  const [bar] = elementsOf(nodes).filter(({ attrs }) => attrs["class"] === "pre-bar");
  expect(textsOf(bar?.children ?? [], "span")).toEqual(["python"]);
  expect(textsOf(nodes, "button")).toEqual(["Copy"]);
});

test("only a long expandable quote is folded", () => {
  const folded = (text: string) =>
    elementsOf(textNodes(text, [entity("expandable_blockquote", 0, text.length)]))[0]?.attrs["class"];
  expect(folded("short")).toBe("quote");
  expect(folded("one\ntwo\nthree\nfour")).toBe("quote folded");
});

describe("links", () => {
  const link = (url: string) => textNodes("here", [{ type: "text_link", offset: 0, length: 4, url }]);

  test.each(["http://a.example/", "https://a.example/x", "mailto:a@b.example", "tg://resolve?domain=x"])(
    "%s is followed, without telling the site who asked",
    (url) => {
      expect(outline(link(url), ["href", "rel"])).toBe(`<a href=${url} rel=noopener noreferrer>here</a>`);
    },
  );

  test.each([
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:http://a/1",
    "/relative",
    "",
  ])("%j stays plain text", (url) => {
    expect(outline(link(url), ["href"])).toBe("<span>here</span>");
  });

  test("an address written without a scheme gets https", () => {
    const nodes = textNodes("see example.com/x", [entity("url", 4, 13)]);
    expect(outline(nodes, ["href"])).toBe("see <a href=https://example.com/x>example.com/x</a>");
  });
});

test("any entities keep every character of the text but newlines that end a block", () => {
  const types = fc.constantFrom<Simple>("bold", "italic", "code", "spoiler", "blockquote", "url", "mention");
  const entities = fc.array(fc.record({ type: types, offset: fc.integer(), length: fc.integer() }), { maxLength: 12 });
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), entities, (text, wild) => {
      const near = wild.map(({ type, offset, length }) => entity(type, offset % 50, length % 50));
      expect(textOf(textNodes(text, near)).replaceAll("\n", "")).toBe(text.replaceAll("\n", ""));
    }),
  );
});

test("thousands of nested entities do not overflow the stack", () => {
  const text = "x".repeat(4000);
  const nested = Array.from({ length: 2000 }, (_, index) => entity("bold", index, 4000 - 2 * index));
  expect(textOf(textNodes(text, nested))).toBe(text);
});
