import fc from "fast-check";
import { expect, test } from "vitest";
import { type Arguments, readArguments } from "../../src/cli/arguments.ts";

const description = "What it is for";
const args: Arguments = {
  json: { type: "boolean", description },
  chat: { type: "string", description },
  key: { type: "positional", description, required: false },
  value: { type: "positional", description, required: false },
};

test.each([
  [["a", "--json", "b"], { json: true, key: "a", value: "b" }],
  [["--chat", "-100", "a"], { chat: "-100", key: "a" }],
  [["--chat=a=b"], { chat: "a=b" }],
  [["a", "-5"], { key: "a", value: "-5" }],
  [["-"], { key: "-" }],
  [["--", "--json"], { key: "--json" }],
  [[], {}],
])("%j is read as %j", (argv, expected) => {
  expect(readArguments(argv, args)).toEqual(expected);
});

test.each([
  [["--jsn"], "Unknown flag --jsn; did you mean --json?"],
  [["-x"], "Unknown flag -x; known here: --json, --chat."],
  [["--secret=1"], "Unknown flag --secret; known here: --json, --chat."],
  [["--key"], "Unknown flag --key; known here: --json, --chat."],
  [["--json=yes"], "--json takes no value."],
  [["--chat"], "--chat needs a value."],
  [["--chat="], "--chat needs a value."],
  [["a", "b", "c"], '"c" is one argument too many: this command takes 2.'],
])("%j is refused", (argv, message) => {
  expect(() => readArguments(argv, args)).toThrow(message);
});

test("an operand that must be there is asked for by its name", () => {
  const needed = { key: { type: "positional", description: "Such as a.b" }, more: { type: "positional", description } };
  expect(() => readArguments([], needed as Arguments)).toThrow("<key> is missing: Such as a.b.");
  expect(() => readArguments(["a"], needed as Arguments)).toThrow("<more> is missing: What it is for.");
  const file = { type: "positional", description, default: "-" } as const;
  expect(readArguments([], { file })).toEqual({ file: "-" });
});

test("no operand is lost, whatever it looks like", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (key, value) => {
      expect(readArguments(["--json", "--", key, value], args)).toEqual({ json: true, key, value });
    }),
  );
});
