import { expect, test } from "vitest";
import { relativePath } from "../../src/domain/relative.ts";
import { describeTool, markLines, previewEnd, type ToolDialect } from "../../src/engine/tools.ts";

const dialect: ToolDialect = { pathArguments: ["filePath", "path"], hasSubagents: true };
const describe = (name: string, args: unknown, cwd?: string) => describeTool({ name, args, cwd }, dialect);

test.each([
  ["bash", { command: "ls -la" }, "command", "ls -la"],
  ["Shell", {}, "command", "Shell"],
  ["read", { path: "README.md" }, "tool", "read: `README.md`"],
  ["read", { filePath: "a.ts", path: "b.ts" }, "tool", "read: `a.ts`"],
  ["ls", { path: "src" }, "tool", "ls: `src`"],
  ["glob", { pattern: "**/*.ts" }, "tool", "glob: `**/*.ts`"],
  ["grep", { pattern: "TODO" }, "tool", "grep: TODO"],
  ["FIND", { pattern: "*.md" }, "tool", "find: *.md"],
  ["websearch", { query: "zod" }, "web_search", "zod"],
  ["web_search", {}, "web_search", "search"],
  ["webfetch", { url: "https://example.org" }, "web_search", "https://example.org"],
  ["web_fetch", {}, "web_search", "fetch"],
  ["todowrite", {}, "note", "update todos"],
  ["todoread", {}, "note", "read todos"],
  ["askuserquestion", {}, "note", "ask user"],
  ["task", { description: "look around", prompt: "long text" }, "subagent", "look around"],
  ["agent", { prompt: "look" }, "subagent", "look"],
  ["agent", {}, "subagent", "agent"],
  ["codemode", { code: "1" }, "tool", "codemode"],
])("%s %j becomes a %s titled %s", (name, args, kind, title) => {
  expect(describe(name, args)).toEqual({ kind, title });
});

test("an edit names its file, and lists it as the engine named it", () => {
  expect(describe("edit", { path: "/repo/src/a.ts" }, "/repo")).toEqual({
    kind: "file_change",
    title: "src/a.ts",
    changes: [{ path: "/repo/src/a.ts", verb: "update" }],
  });
});

test("a write without a path keeps the tool's name and lists nothing", () => {
  expect(describe("write", { content: "x" })).toEqual({ kind: "file_change", title: "write" });
});

test.each([null, undefined, 7, "text", [], { command: 7 }, { command: "  " }])(
  "arguments that the tool does not know (%j) leave its name as the title",
  (args) => {
    expect(describe("bash", args)).toEqual({ kind: "command", title: "bash" });
  },
);

test("an engine without subagents calls a task a tool", () => {
  const plain = { pathArguments: ["path"], hasSubagents: false };
  expect(describeTool({ name: "task", args: { description: "d" } }, plain)).toEqual({ kind: "tool", title: "task" });
});

test("a command loses every mention of the run's directory", () => {
  expect(describe("bash", { command: "cat /repo/a /repo/b /repository/c" }, "/repo/").title).toBe(
    "cat a b /repository/c",
  );
});

test("names from the prototype of objects are ordinary tools", () => {
  expect(describe("toString", {})).toEqual({ kind: "tool", title: "toString" });
  expect(describe("constructor", {})).toEqual({ kind: "tool", title: "constructor" });
});

test("a title is cut before it costs memory", () => {
  expect(describe("bash", { command: "x".repeat(200_000) }).title).toHaveLength(1000);
});

test.each([
  ["/repo", "/repo", "."],
  ["/repo/", "/repo", "."],
  ["/repo/a", "/repo/", "a"],
  ["/repository/a", "/repo", "/repository/a"],
  ["a", "/repo", "a"],
  ["/a", undefined, "/a"],
  ["/a", "/", "/a"],
])("%s seen from %s is %s", (path, cwd, expected) => {
  expect(relativePath(path, cwd)).toBe(expected);
});

test("a preview keeps the end of the output, and no half of a character", () => {
  expect(previewEnd(`${"a".repeat(900)}end\n`)).toBe(`${"a".repeat(497)}end`);
  expect(previewEnd(`😀${"a".repeat(499)}`)).toBe("a".repeat(499));
  expect(previewEnd(" \n ")).toBeUndefined();
});

test.each([
  ["one\ntwo\n", "+one\n+two"],
  ["one\r\ntwo", "+one\r\n+two"],
  ["", "+"],
])("each line of %j has one sign in a diff", (text, expected) => {
  expect(markLines("+", text)).toBe(expected);
});
