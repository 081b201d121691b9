import { expect, test } from "vitest";
import { highlight } from "../../../src/playground/page/highlight.ts";
import { withStatus } from "../../../src/playground/page/status.ts";
import { h, textOf, type VNode } from "../../../src/playground/page/vnode.ts";

const classes = (nodes: readonly VNode[]): string[] =>
  nodes.flatMap((node) => (typeof node === "string" ? [] : (node.attrs["class"] ?? [])));

test.each([
  ["working · codex · 1m 05s · step 3\n\n▸ ls", "chip-status working"],
  ["done · pi · 2s\n\nFixed.", "chip-status done"],
  ["error · pi · 2s", "chip-status failed"],
  ["queued · pi · next", "chip-status waiting"],
  ["waiting for you · pi · 8s\n\n▸ ls", "chip-status waiting"],
])("%j begins with a chip", (text, look) => {
  const nodes = withStatus([text]);
  expect(classes(nodes)).toEqual([look, "facts"]);
  expect(nodes.at(-1)).toBe(text.includes("\n") ? text.slice(text.indexOf("\n")) : nodes.at(-1));
});

test("a label in code and a header in a paragraph are found too", () => {
  expect(classes(withStatus([h("code", {}, "cancelled"), " · pi · 2s"]))).toEqual(["chip-status stopped", "facts"]);
  const [paragraph] = withStatus([h("p", {}, "done", " · pi · 2s")]);
  expect(classes(typeof paragraph === "string" ? [] : (paragraph?.children ?? []))).toEqual([
    "chip-status done",
    "facts",
  ]);
});

test.each(["done", "done with it · really", "constructor · x", "Which way?"])("%j stays as it is", (text) => {
  expect(withStatus([text])).toEqual([text]);
});

test.each([
  ["const a = 1; // why", "ts", ["c-word", "c-number", "c-comment"]],
  ["echo 'x' # note", "bash", ["c-word", "c-string", "c-comment"]],
  ["@@ -1 +1 @@\n-a\n+b", "diff", ["c-number", "c-removed", "c-added"]],
  ["const a = 1;", "", []],
])("%j in %j has its colours and keeps every character", (code, language, looks) => {
  const nodes = highlight(code, language);
  expect(classes(nodes)).toEqual(looks);
  expect(textOf(nodes)).toBe(code);
});
