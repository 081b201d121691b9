import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DirectiveNames, parseCommand, parseDirectives } from "../../src/domain/directives.ts";

const names: DirectiveNames = {
  engines: ["codex", "pi"],
  projects: ["Web", "api"],
  botName: "my_bot",
  hasProject: false,
};
const parse = (text: string, more: Partial<DirectiveNames> = {}) => parseDirectives(text, { ...names, ...more });

describe("directives", () => {
  test.each([
    ["/codex fix it", { engine: "codex", project: undefined, branch: undefined, prompt: "fix it" }],
    ["/CODEX@my_bot /web fix", { engine: "codex", project: "Web", branch: undefined, prompt: "fix" }],
    ["@feat/x /web fix", { engine: undefined, project: "Web", branch: "feat/x", prompt: "fix" }],
    [
      "/web @feat/x\nsecond\n  third",
      { engine: undefined, project: "Web", branch: "feat/x", prompt: "second\n  third" },
    ],
    ["\n  /pi   a   b\nc", { engine: "pi", project: undefined, branch: undefined, prompt: "a b\nc" }],
    ["/codex", { engine: "codex", project: undefined, branch: undefined, prompt: "" }],
  ])("are read from the start of %j", (text, expected) => {
    expect(parse(text)).toEqual({ presets: [], ...expected });
  });

  test.each([
    "fix it",
    "  fix  it ",
    "/ fix",
    "@ fix",
    "/codex: hi",
    "/unknown hi",
    "say /codex",
    "@feat/x fix",
    "@dev do /web",
  ])("are none in %j, which comes back unchanged", (text) => {
    expect(parse(text)).toEqual({
      ...{ engine: undefined, project: undefined, branch: undefined, presets: [], prompt: text },
    });
  });

  test("take @word as a branch if a project is known already", () => {
    expect(parse("@feat/x fix", { hasProject: true })).toMatchObject({ branch: "feat/x", prompt: "fix" });
  });

  test("drop the bot's own name and never take it for a branch", () => {
    expect(parse("@My_Bot fix", { hasProject: true })).toMatchObject({ branch: undefined, prompt: "fix" });
    expect(parse("@my_bot fix")).toMatchObject({ branch: undefined, prompt: "fix" });
  });

  test.each(["/codex /pi x", "/web /api x", "@a @b x"])("refuse %j, in which one stands twice", (text) => {
    expect(() => parse(text, { hasProject: true })).toThrow(/multiple/);
  });

  test("prefer an engine to a project of the same name", () => {
    expect(parse("/pi x", { projects: ["pi"] })).toMatchObject({ engine: "pi", project: undefined });
  });

  test("lose no word of any prompt", () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.subarray(["/codex", "/web", "@dev"]), (words, found) => {
        const { prompt } = parse([...found, ...words].join(" "), { hasProject: true });
        expect(prompt).toBe(words.join(" "));
      }),
    );
  });
});

describe("commands", () => {
  test.each([
    ["/cancel", { name: "cancel", bot: undefined, args: "" }],
    ["  /New@my_bot now\nplease", { name: "new", bot: "my_bot", args: "now\nplease" }],
  ])("are read from %j", (text, expected) => {
    expect(parseCommand(text)).toEqual(expected);
  });

  test.each(["/", "cancel", "/usr/bin/env", "/name: x", "say /cancel"])("are none in %j", (text) => {
    expect(parseCommand(text)).toBeUndefined();
  });
});
