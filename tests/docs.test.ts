import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readPage, withAbilities } from "./abilities.ts";
import { configKeys } from "./reference/config-keys.ts";
import { madeAnew, madePages, readPage as readMade } from "./reference/pages.ts";
import { takopiCommands, takopiKeys } from "./reference/takopi.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file)),
];

test("the table of abilities is what the engines declare", () => {
  const page = readPage();
  expect(withAbilities(page), "run `npx tsx tests/abilities.ts`").toBe(page);
});

test("a table of other times is found out", () => {
  const page = readPage();
  expect(withAbilities(page.replace("| yes", "| old"))).toBe(page);
});

test.each(madePages)("the made parts of %s are what the program says now", (page) => {
  const text = readMade(page);
  expect(madeAnew(page, text), "run `npm run docs`").toBe(text);
});

test("every key says what it means", () => {
  const silent = configKeys().filter(({ meaning }) => meaning === "");
  const names = silent.map(({ section, name }) => `[${section}] ${name}`);
  expect(names, "config.example.toml needs a line such as `# key = 1 # what it does`").toEqual([]);
});

test.each([...takopiKeys, ...takopiCommands])(
  "the page for those who come from Takopi tells what became of %s",
  (name) => {
    const page = readFileSync(join(root, "docs/how-to/coming-from-takopi.md"), "utf8");
    const told = [...page.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
    expect(told.some((code) => code === name || code.startsWith(`${name} `))).toBe(true);
  },
);

test("a made part of other times is found out", () => {
  const page = "docs/reference/chat.md";
  const text = readMade(page);
  expect(madeAnew(page, text.replace("| `/cancel` ", "| `/stop` "))).toBe(text);
});

test.each(pages)("the links of %s lead somewhere", (page) => {
  const text = readFileSync(join(root, page), "utf8");
  const targets = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, target = ""]) => target);
  expect(targets.filter((target) => !existsSync(resolve(root, dirname(page), target)))).toEqual([]);
});

test("the README stays short, and leads to every page", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  expect(readme.split("\n").length).toBeLessThan(250);
  expect(pages.filter((page) => page !== "README.md" && !readme.includes(`(${page})`))).toEqual([]);
});
