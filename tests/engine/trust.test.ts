import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { instructionFiles, isTrustedIn, readInstructions } from "../../src/engine/trust.ts";

let root: string;
let repo: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "trust-")));
  repo = join(root, "repo");
  mkdirSync(join(repo, ".git"), { recursive: true });
  mkdirSync(join(repo, "a/b"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

test("trust covers the project and what lies in it, and nothing beside it", () => {
  const request = { cwd: repo, trusted: true };
  expect(isTrustedIn(request, repo)).toBe(true);
  expect(isTrustedIn(request, join(repo, "a/b"))).toBe(true);
  expect(isTrustedIn(request, `${repo}-other`)).toBe(false);
  expect(isTrustedIn(request, root)).toBe(false);
  expect(isTrustedIn({ cwd: repo }, repo)).toBe(false);
});

test("a link that leads out of the project is not trusted", () => {
  mkdirSync(join(root, "other"));
  symlinkSync(join(root, "other"), join(repo, "link"));
  expect(isTrustedIn({ cwd: repo, trusted: true }, join(repo, "link"))).toBe(false);
});

test("instructions come from the repository's root down, one file a directory", () => {
  for (const file of ["../AGENTS.md", "AGENTS.md", "CLAUDE.md", "a/CLAUDE.md"]) writeFileSync(join(repo, file), file);
  const files = [join(repo, "AGENTS.md"), join(repo, "a/CLAUDE.md")];
  expect(instructionFiles(join(repo, "a/b"), ["AGENTS.md", "CLAUDE.md"])).toEqual(files);
  expect(readInstructions(join(repo, "a/b"), ["AGENTS.md", "CLAUDE.md"])).toMatch(
    /AGENTS\.md\n\nAGENTS\.md\n\n.*a\/CLAUDE/,
  );
  expect(readInstructions(join(repo, "a/b"), ["NONE.md"])).toBeUndefined();
});

test("instructions that a link takes from elsewhere are left out, and so is a directory of that name", () => {
  writeFileSync(join(root, "secret"), "key");
  symlinkSync(join(root, "secret"), join(repo, "AGENTS.md"));
  mkdirSync(join(repo, "a/AGENTS.md"));
  expect(instructionFiles(join(repo, "a"), ["AGENTS.md"])).toEqual([]);
});
