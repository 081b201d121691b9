import type { ArgsDef } from "citty";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arrange } from "../../src/cli/arguments.ts";

const args: ArgsDef = {
  json: { type: "boolean" },
  chat: { type: "string" },
  key: { type: "positional" },
  value: { type: "positional" },
};

test.each([
  [
    ["a", "--json", "b"],
    ["--json", "--", "a", "b"],
  ],
  [
    ["--chat", "-100", "a"],
    ["--chat=-100", "--", "a"],
  ],
  [
    ["a", "-5"],
    ["--", "a", "-5"],
  ],
  [["-"], ["--", "-"]],
  [
    ["--", "--json"],
    ["--", "--json"],
  ],
])("%j is read as %j", (argv, expected) => {
  expect(arrange(argv, args)).toEqual(expected);
});

test.each([
  [["--jsn"], "Unknown flag --jsn; did you mean --json?"],
  [["-x"], "Unknown flag -x; known here: --json, --chat."],
  [["--secret=1"], "Unknown flag --secret; known here: --json, --chat."],
  [["--key"], "Unknown flag --key; known here: --json, --chat."],
  [["--chat"], "--chat needs a value."],
  [["--chat="], "--chat needs a value."],
  [["a", "b", "c"], '"c" is one argument too many: this command takes 2.'],
])("%j is refused", (argv, message) => {
  expect(() => arrange(argv, args)).toThrow(message);
});

test("no operand is lost, whatever it looks like", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 2 }), (operands) => {
      expect(arrange(["--json", "--", ...operands], args)).toEqual(["--json", "--", ...operands]);
    }),
  );
});
