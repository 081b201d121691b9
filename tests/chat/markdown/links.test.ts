import { expect, test } from "vitest";
import { openable, viewLink } from "../../../src/chat/markdown/links.ts";

test.each([
  "https://example.com/a?b#c",
  "http://10.0.0.1:8080/",
  "http://[::1]/",
  "mailto:a@b.com",
  "tg://user?id=1",
  "tg:resolve?domain=x",
])("lets a link lead to %s", (target) => {
  expect(openable(target)).toBe(target);
});

test.each([
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "data:text/html,x",
  "file:///etc/passwd",
  "ftp://example.com/",
  "vscode://file/x",
  "/home/me/a.ts#L3",
  "src/a.ts",
  "#top",
  "//example.com",
  "http://localhost:3000/",
  "http://",
  "mailto:",
  "tg:",
  "",
])("lets no link lead to %j", (target) => {
  expect(openable(target)).toBeUndefined();
});

test("leaves honest links as they are", () => {
  expect(viewLink("the docs", "https://e.com/docs")).toEqual({ url: "https://e.com/docs" });
  expect(viewLink("https://e.com", "https://e.com/")).toEqual({ url: "https://e.com/" });
  expect(viewLink("www.e.com/x", "http://www.e.com/x")).toEqual({ url: "http://www.e.com/x" });
  const file = "https://github.com/o/r/blob/main/README.md";
  expect(viewLink("README.md", file)).toEqual({ url: file });
  expect(viewLink("main.go:12", "https://e.com/main.go#L12")).toEqual({ url: "https://e.com/main.go#L12" });
  expect(viewLink("a@b.com", "mailto:a@b.com")).toEqual({ url: "mailto:a@b.com" });
  expect(viewLink("münchen.de", "https://xn--mnchen-3ya.de/")).toEqual({ url: "https://xn--mnchen-3ya.de/" });
});

test.each([
  ["https://bank.com"],
  ["bank.com/login"],
  ["README.md"],
  ["see https://bank.com now"],
  ["WWW.BANK.COM"],
  ["ｂａｎｋ.com"],
  ["https://bank.com@evil.org.example"],
  ["me@bank.com"],
  ["ba\u200bnk"],
  ["\u202ekcilc"],
])("shows where a link leads whose text is %j", (text) => {
  expect(viewLink(text, "https://evil.com/")).toEqual({ target: "https://evil.com/", isOpenable: true });
});

test("shows a target that cannot be a link, unless the text is the target", () => {
  expect(viewLink("a.ts", "/src/a.ts")).toEqual({ target: "/src/a.ts", isOpenable: false });
  expect(viewLink("/src/a.ts", "/src/a.ts")).toEqual({});
});
