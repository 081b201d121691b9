import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { hasCard, setUp } from "../helpers/asking.ts";
import { stage, textOf } from "../helpers/bridge.ts";

/** A repository that brings this `.takopi/project.toml`, committed on its branch. */
function repository(text: string): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "takopi-narrow-")));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  mkdirSync(join(path, ".takopi"));
  write(path, text);
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd: path, stdio: "pipe" });
  git("init", "--quiet", "--initial-branch=main");
  git("add", ".");
  git("commit", "--quiet", "--message=first");
  return path;
}

const write = (path: string, text: string) => writeFileSync(join(path, ".takopi/project.toml"), text);

const project = (path: string) => `[projects.web]\npath = "${path}"\n`;

test("a command that the repository denies is denied unasked, though the config allows everything", async () => {
  const path = repository('deny = ["rm *"]\n');
  const bridge = await setUp("pi", { rules: 'approvals = "allow"', tables: project(path) });
  const outcome = await bridge.outcomeOf(bridge.say("/web gate"));
  expect(textOf(outcome)).toContain('"verdict":"deny"');
  expect(hasCard(bridge)).toBe(false);
  write(path, "");
  expect(textOf(await bridge.outcomeOf(bridge.say("/web gate")))).toContain('"verdict":"allow"');
});

test("a file that would widen rights refuses each run, in the checkout and in a branch, until it is corrected", async () => {
  const path = repository('approvals = "allow"\n');
  const { say, outcomeOf } = await stage({ tables: project(path) });
  const refused = textOf(await outcomeOf(say("/web session\nanswer hi\ndone")));
  expect(refused).toMatch(/^error · alpha/);
  expect(refused).toContain(`${path}/.takopi/project.toml: approvals is not a known key`);
  write(path, 'deny = ["rm *"]\n');
  expect(textOf(await outcomeOf(say("/web session\nanswer hi\ndone")))).toMatch(/^done · alpha/);
  expect(textOf(await outcomeOf(say("/web @feat/x session\nanswer hi\ndone")))).toContain(
    `${path}/.worktrees/feat/x/.takopi/project.toml: approvals is not a known key`,
  );
});

test("a repository that wants no changes refuses an engine that cannot be kept to that", async () => {
  const path = repository('sandbox = "read-only"\n');
  const { say, outcomeOf } = await stage({ tables: project(path) });
  expect(textOf(await outcomeOf(say("/web session\nanswer hi\ndone")))).toContain(
    "takopi cannot keep alpha to that: choose another engine.",
  );
});
