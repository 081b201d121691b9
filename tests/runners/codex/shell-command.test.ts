import fc from "fast-check";
import { expect, test } from "vitest";
import { unwrapShell } from "../../../runners/codex/shell-command.ts";

test.each([
  ["/bin/bash -lc 'echo hello'", "echo hello"],
  ["/bin/bash -lc ls", "ls"],
  ["/usr/bin/zsh -lc 'a && b'", "a && b"],
  ["sh -c 'ls -la'", "ls -la"],
  ['bash -lc "echo \\"hi\\" \\$HOME it\'s"', 'echo "hi" $HOME it\'s'],
  [`/bin/bash -lc "it's"' $x'`, "it's $x"],
  ["/bin/bash -lc 'one\ntwo'", "one\ntwo"],
])("%s is shown as %s", (command, script) => {
  expect(unwrapShell(command)).toBe(script);
});

test.each([
  "git status",
  "/bin/bash -lc 'open",
  "/bin/bash -lc 'a' b",
  "/bin/bash script.sh",
  "bash -lc ''",
  "./bash -lc ls",
  "not-sh -c ls",
])("%s is shown as it is", (command) => {
  expect(unwrapShell(command)).toBe(command);
});

test("any script in single quotes comes back whole", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "grapheme" }), (script) => {
      const quoted = `'${script.replaceAll("'", `'"'"'`)}'`;
      expect(unwrapShell(`/bin/bash -lc ${quoted}`)).toBe(script);
    }),
  );
});
