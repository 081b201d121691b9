import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { parseMarkdown } from "../../../src/chat/markdown/parse.ts";
import { emitText } from "../../../src/telegram/markdown/emit-text.ts";
import { needsRich } from "../../../src/telegram/markdown/rich-size.ts";
import { expectGoodEntities } from "../rules.ts";
import { answerMarkdown, holdsInOrder, PATIENCE_MS, RUNS, tangledMarkdown } from "./arbitrary.ts";

vi.setConfig({ testTimeout: PATIENCE_MS });

/** Each entity as `type: the text it covers`. */
function formats(source: string): readonly string[] {
  const { text, entities } = emitText(parseMarkdown(source));
  return entities.map(({ type, offset, length }) => `${type}: ${text.slice(offset, offset + length)}`);
}

const shown = (source: string) => emitText(parseMarkdown(source)).text;

test("gives entities that Telegram takes, whatever the source", () => {
  fc.assert(
    fc.property(tangledMarkdown, (source) => expectGoodEntities(emitText(parseMarkdown(source)))),
    RUNS,
  );
});

test("shows every word of an answer, in order", () => {
  fc.assert(
    fc.property(answerMarkdown, ({ source, words }) => {
      const formatted = emitText(parseMarkdown(source));
      expectGoodEntities(formatted);
      expect(holdsInOrder(formatted.text, words), formatted.text).toBe(true);
    }),
    RUNS,
  );
});

test("holds no character that turns the reading direction", () => {
  for (const source of ["a\u202eb", "`a\u2066b`", "&#x202e;a", "```\n\u202dx\n```"]) {
    expect(shown(source)).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  }
});

test("marks bold, italic, strikethrough and code", () => {
  expect(formats("**a** _b_ ~~c~~ `d`")).toEqual(["bold: a", "italic: b", "strikethrough: c", "code: d"]);
});

test.each([
  ["**注意：**请先备份。下一步**「重启」**服务", ["bold: 注意：", "bold: 「重启」"]],
  ["これは**「強調」**です。*（注）*と", ["bold: 「強調」", "italic: （注）"]],
  ["**이것은 (강조)**입니다", ["bold: 이것은 (강조)"]],
  ["请~~「旧」~~新", ["strikethrough: 「旧」"]],
  ["见**[文档](https://e.com)。**然后", ["bold: 文档。", "text_link: 文档"]],
  ["**تحذير:**هذا مهم، و**«النسخة»**أولا", ["bold: تحذير:", "bold: «النسخة»"]],
  ["**הערה:**קודם גיבוי", ["bold: הערה:"]],
  ["**ध्यान दें:**पहले बैकअप", ["bold: ध्यान दें:"]],
  ["**หมายเหตุ:**สำรองก่อน กด**(ปุ่ม)**นี้", ["bold: หมายเหตุ:", "bold: (ปุ่ม)"]],
  ["**Внимание:**сначала", ["bold: Внимание:"]],
])("finds the format in %j, where no space is written around it", (source, expected) => {
  expect(formats(source)).toEqual(expected);
});

test.each(["f(*args,**kwargs) and g(*x,**y)", "3~5일, 10~15일", "about ~5 and ~10 files", "2 ** 3 ** 4"])(
  "takes nothing in %j for a format",
  (source) => {
    expect(formats(source)).toEqual([]);
    expect(shown(source)).toBe(source);
  },
);

test("counts offsets in UTF-16 units", () => {
  expect(emitText(parseMarkdown("😀 **b**")).entities).toEqual([{ type: "bold", offset: 3, length: 1 }]);
});

test("leaves code out of the format around it, which Telegram wants", () => {
  expect(formats("**a `b` c**")).toEqual(["bold: a", "code: b", "bold: c"]);
  expect(formats("[see `x`](https://e.com)")).toEqual(["text_link: see x"]);
});

test("keeps code blocks as they are, with their language", () => {
  expect(emitText(parseMarkdown("```ts\n  a\n\nb\n```"))).toEqual({
    text: "  a\n\nb",
    entities: [{ type: "pre", language: "ts", offset: 0, length: 6 }],
  });
});

test("indents lists and keeps their numbers", () => {
  expect(shown("3. a\n4. b\n   - c\n     - d\n5. e")).toBe("3. a\n4. b\n   - c\n     - d\n5. e");
  expect(shown("1. a\n1. b\n1. c")).toBe("1. a\n2. b\n3. c");
});

test("shows tasks with boxes", () => {
  expect(shown("- [ ] a\n- [x] b")).toBe("☐ a\n☑ b");
});

test("lays tables out in one width", () => {
  expect(shown("| a | num |\n|---|--:|\n| long | 1 |\n| 漢字 | 22 |")).toBe(
    ["a    │ num", "─────┼────", "long │   1", "漢字 │  22"].join("\n"),
  );
});

test.each(["<br>", "<br/>", "<BR />"])("takes %s for a line end", (tag) => {
  expect(shown(`| a | first${tag}second |\n|---|---|\n| b | c |`)).toContain("first second");
  expect(shown(`one${tag}two`)).toBe("one\ntwo");
  expect(shown(`one\n\n${tag}\n\ntwo`)).toBe("one\n\ntwo");
});

test.each([
  ["in a list, far in", "- a\n      ```js\n      x\n\n        y\n      ```\n- b", "- a\nx\n\n  y\n- b"],
  ["in a list, below a blank line", "1. a\n\n       ```js\n       x\n       ```", "1. a\nx"],
  ["in a list, by four", "- a\n    ```js\n    x\n    y\n    ```", "- a\nx\ny"],
  ["below a paragraph", "a\n    ```js\n    x\n    y\n    ```\nb", "a\n\nx\ny\n\nb"],
  ["not closed", "a\n\n    ```js\n    x", "a\n\nx"],
])("reads a fence that is indented %s", (_, source, expected) => {
  expect(emitText(parseMarkdown(source))).toMatchObject({
    text: expected,
    entities: [{ type: "pre", language: "js" }],
  });
});

test("leaves a fence alone that is shown within another", () => {
  const code = "- a\n    ```js\n    x\n    ```";
  expect(shown(`~~~md\n${code}\n~~~`)).toBe(code);
  expect(shown(`- see\n  \`\`\`\`md\n  b\n      \`\`\`\n  c\n  \`\`\`\``)).toBe("- see\nb\n    ```\nc");
});

test("leaves out a code block or formula without anything in it", () => {
  expect(parseMarkdown("```\n```\n\n| a |\n|---|\n| b |\n\n$$\n$$").map(({ type }) => type)).toEqual(["table"]);
});

test("reads a paragraph of many code spans", () => {
  expect(formats(Array.from({ length: 500 }, (_, index) => `\`\`a${index}\`\``).join(", "))).toHaveLength(500);
});

test.each(["README.md", "main.rs", "setup.sh", "foo.py", "main.rs:12", "libx.so", "Übung.md", "a-b.test.py"])(
  "shows %s as code, of which Telegram makes no link",
  (name) => {
    expect(formats(`See ${name}, **or ${name}**.`)).toEqual([`code: ${name}`, "bold: or", `code: ${name}`]);
  },
);

test.each(["docs.rs/serde", "src/main.rs", "example.com", "v1.2.3", "x.shop"])("leaves %s as it stands", (name) => {
  expect(emitText(parseMarkdown(`See ${name} now`))).toEqual({ text: `See ${name} now`, entities: [] });
});

test("links the name of a file to where it is, and else shows both", () => {
  expect(formats("See [README.md](https://github.com/o/r/blob/main/README.md).")).toEqual(["text_link: README.md"]);
  expect(formats("See [README.md](https://github.com/o/r)")).toEqual([
    "code: README.md",
    "text_link: https://github.com/o/r",
  ]);
  expect(formats("See [README.md](README.md) and [main.rs](src/main.rs)")).toEqual([
    ...["code: README.md", "code: main.rs", "code: src/main.rs"],
  ]);
});

test("does not nest quotations", () => {
  expect(shown("> a\n>\n> > b")).toBe("a\n\n> b");
  expect(formats("> a\n>\n> > b")).toEqual(["blockquote: a\n\n> b"]);
});

test("shows headings in bold, rules as a line, footnotes by their label", () => {
  expect(shown("# a\n\n---\n\nb[^1]\n\n[^1]: c")).toBe("a\n\n⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯\n\nb[1]\n\n[1] c");
  expect(formats("# a `b`")).toEqual(["bold: a", "code: b"]);
});

test("shows HTML as the text it is", () => {
  const source = '<tg-button type="callback_data" data="stop:1">ok</tg-button>';
  expect(emitText(parseMarkdown(source))).toEqual({ text: source, entities: [] });
});

test("turns images into links that nobody fetches", () => {
  expect(formats("![secret](https://evil.com/?q=1)")).toEqual(["text_link: secret"]);
});

test("shows a formula that the text does not end", () => {
  expect(shown("See\n\n\\[\n ")).toBe("See\n\n[");
});

test("shows formulas as code, and leaves prices and variables alone", () => {
  expect(formats("$x^2$ and $$\\sum_i$$")).toEqual(["code: x^2", "code: \\sum_i"]);
  expect(shown("It costs $5 and $10, see $HOME/bin:$PATH")).toBe("It costs $5 and $10, see $HOME/bin:$PATH");
});

test.each([
  ["The area is \\(\\pi r^2\\), with \\( r \\) given.", ["code: \\pi r^2", "code: r"]],
  ["So:\n\\[\n\\int x\n+ y\n= z\n\\]\nend", ["pre: \\int x\n+ y\n= z"]],
  ["\\[ E = mc^2 \\]", ["pre: E = mc^2"]],
  ["- a\n  \\[\n  x\n\n  - y\n  \\]\n- b", ["pre: x\n\n- y"]],
])("reads %j as formulas", (source, expected) => {
  expect(formats(source)).toEqual(expected);
  expect(needsRich(parseMarkdown(source))).toBe(true);
});

test.each([
  ["Match \\(some words\\) here", "Match (some words) here"],
  ["\\[text\\](url) and more", "[text](url) and more"],
  ["\\[WIP\\] It grows", "[WIP] It grows"],
  ["\\[\nnever closed", "[\nnever closed"],
  ["\\[ \\] to do", "[ ] to do"],
])("takes the brackets of %j for brackets", (source, expected) => {
  expect(emitText(parseMarkdown(source))).toEqual({ text: expected, entities: [] });
});

test("leaves brackets in code alone", () => {
  expect(formats("`\\(a\\)`\n\n    sed 's/\\(.*\\)/x/'")).toEqual(["code: \\(a\\)", "pre: sed 's/\\(.*\\)/x/'"]);
});

test("shows the targets of links if there will be no entities", () => {
  const blocks = parseMarkdown("[docs](https://e.com/a) and https://e.com/b");
  expect(emitText(blocks, { showsTargets: true }).text).toBe("docs (https://e.com/a) and https://e.com/b");
});

test.each([
  ["quotes", "> ".repeat(10_000)],
  ["quotes without space", ">".repeat(10_000)],
  ["lists", "- ".repeat(10_000)],
  ["indented lists", Array.from({ length: 300 }, (_, depth) => `${"  ".repeat(depth)}- x`).join("\n")],
  ["open brackets", "[".repeat(10_000)],
  ["images", `${"![".repeat(3_000)}`],
  ["emphasis", "*a **b ".repeat(5_000)],
  ["emphasis behind what only looks like a fence", `<!--\n\`\`\`\n-->\n${"*a **b ".repeat(5_000)}`],
])("shows %s nested without bounds as they stand", (_, nest) => {
  const { text } = emitText(parseMarkdown(`${nest}end`));
  expect(text).toBe(`${nest}end`);
});

test("shows what is nested deeper than the tree goes as text", () => {
  const source = `${"*a **b ".repeat(30)}core${"** a* ".repeat(30)}`;
  const formatted = emitText(parseMarkdown(source));
  expectGoodEntities(formatted);
  expect(formatted.text).toContain("core");
});
