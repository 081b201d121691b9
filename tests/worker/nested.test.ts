import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { findRepository } from "../../src/cli/repository.ts";
import { readDiff } from "../../src/worker/diff.ts";
import { excludeFromGit } from "../../src/worker/files/exclude.ts";
import { findHome, locate } from "../../src/worker/locate.ts";
import { Worktrees } from "../../src/worker/worktree.ts";

const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null" };
const git = (cwd: string, ...args: string[]) => {
  const set = ["user.name=t", "user.email=t@t", "protocol.file.allow=always"].flatMap((one) => ["-c", one]);
  return execFileSync("git", ["-C", cwd, ...set, ...args], { encoding: "utf8", env, stdio: "pipe" });
};

function makeRepository(path: string): void {
  mkdirSync(path);
  git(path, "init", "-q", "-b", "main");
  writeFileSync(join(path, "a"), "one\n");
  writeFileSync(join(path, ".gitattributes"), "a filter=evil diff=evil\n");
  git(path, "add", ".");
  git(path, "commit", "-q", "-m", "begin");
}

/** A project, a folder in which each program that git starts by a setting leaves a trace, and such settings. */
function setUp() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "takopi-nested-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const top = join(root, "top");
  makeRepository(top);
  const trace = (name: string) => `touch ${root}/ran-${name}; cat`;
  const names = ["fsmonitor", "clean", "diff", "text", "hook", "pager"];
  const ran = () => names.filter((name) => existsSync(join(root, `ran-${name}`)));
  const forget = () => {
    for (const name of names) rmSync(join(root, `ran-${name}`), { force: true });
  };
  const arm = (repository: string) => {
    git(repository, "config", "core.fsmonitor", trace("fsmonitor"));
    git(repository, "config", "filter.evil.clean", trace("clean"));
    git(repository, "config", "diff.external", trace("diff"));
    git(repository, "config", "diff.evil.textconv", trace("text"));
    git(repository, "config", "core.pager", trace("pager"));
    writeFileSync(join(repository, "a"), "two\n");
  };
  const nest = (name: string) => {
    const path = join(top, name);
    makeRepository(path);
    arm(path);
    writeFileSync(join(path, ".git/hooks/post-index-change"), `#!/bin/sh\n${trace("hook")}\n`, { mode: 0o755 });
    return path;
  };
  const isOwn = async (command: string) => {
    const home = await findHome(top, env);
    return locate({ id: "1", kind: "command", title: "", cwd: top, command, canAllowSession: false }, home);
  };
  return { root, top, ran, forget, nest, isOwn };
}

describe("a submodule whose settings name programs", () => {
  test("is entered by no git that takopi runs itself, and its commit is compared", async () => {
    const { top, ran, forget, nest } = setUp();
    nest("sub");
    git(top, "add", "sub");
    git(top, "commit", "-q", "-m", "submodule");
    appendFileSync(
      join(top, ".gitmodules"),
      '[submodule "sub"]\n  path = sub\n  url = ext::touch ran\n  update = !touch ran\n',
    );
    for (const [key, value] of [
      ["diff.submodule", "diff"],
      ["submodule.recurse", "true"],
      ["status.submoduleSummary", "true"],
    ] as const)
      git(top, "config", key, value);
    git(join(top, "sub"), "-c", "core.fsmonitor=false", "commit", "-q", "--allow-empty", "-m", "later");
    forget();
    const { files } = await readDiff({ path: top, env }, undefined);
    expect(files.find(({ path }) => path === "sub")?.patch).toMatch(/^\+Subproject commit [0-9a-f]{40}$/m);
    const worktrees = new Worktrees(env);
    const made = await worktrees.ensure({ path: top, worktrees_dir: ".worktrees" }, "feat");
    await readDiff({ path: made, env }, { path: top, worktrees_dir: ".worktrees" });
    await excludeFromGit({ path: top, env }, ".takopi/files");
    expect(await findRepository(join(top, "sub"))).toMatchObject({ path: join(top, "sub") });
    expect(ran()).toEqual([]);
  });

  test("takes a line with git out of what a rule allows; one that the outer repository keeps does not", async () => {
    const { root, top, nest, isOwn } = setUp();
    const other = join(root, "other");
    makeRepository(other);
    git(top, "submodule", "--quiet", "add", other, "kept");
    expect(await isOwn("git status")).toEqual({ isOwn: true, directory: top });
    nest("deep");
    git(top, "add", "deep");
    expect(await isOwn("git status")).toEqual({ isOwn: false, directory: top, nested: "deep" });
    expect(await isOwn("ls x")).toEqual({ isOwn: true, directory: top });
  });
});

test("a repository that git does not know of counts as soon as a line could make a submodule of it", async () => {
  const { top, nest, isOwn } = setUp();
  mkdirSync(join(top, "ignored"));
  writeFileSync(join(top, ".gitignore"), "ignored\n");
  nest("ignored/sub");
  expect(await isOwn("git status")).toEqual({ isOwn: true, directory: top });
  const added = { isOwn: false, directory: top, nested: "ignored/sub" };
  expect(await isOwn("git add -f ignored/sub && git status")).toEqual(added);
});

test("files of a project that look like a bare repository are no repository to compare", async () => {
  const { root, ran } = setUp();
  const project = join(root, "project");
  makeRepository(project);
  const bare = join(project, "bare");
  cpSync(join(project, ".git"), bare, { recursive: true });
  rmSync(join(project, ".git"), { recursive: true });
  for (const [key, value] of [
    ["core.worktree", ".."],
    ["core.bare", "false"],
    ["filter.evil.clean", "touch ../ran-clean; cat"],
  ] as const)
    git(project, "config", "--file", join(bare, "config"), key, value);
  writeFileSync(join(project, "a"), "two\n");
  await expect(readDiff({ path: bare, env }, undefined)).rejects.toThrow("is in no git repository");
  expect(ran()).toEqual([]);
});
