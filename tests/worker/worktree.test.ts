import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { isAlive, markProcess } from "../../src/engine/marked.ts";
import { Worktrees } from "../../src/worker/worktree.ts";
import { until } from "../engine/toy.ts";

let path: string;
let worktrees: Worktrees;
const git = (cwd: string, ...args: string[]) =>
  execFileSync("git", ["-C", cwd, "-c", "user.name=t", "-c", "user.email=t@t", ...args], { encoding: "utf8" }).trim();
const branchOf = (cwd: string) => git(cwd, "symbolic-ref", "--short", "HEAD");
const ensure = (branch: string, more: { worktree_base?: string } = {}, signal?: AbortSignal) =>
  worktrees.ensure({ path, worktrees_dir: ".worktrees", ...more }, branch, signal);

/** Has each new worktree wait long for a child of a filter; gives what resolves with that child's id. */
function installSlowFilter(first = ""): () => Promise<number> {
  const file = join(path, "..", "pid");
  const script = join(path, "..", "filter");
  writeFileSync(script, `#!/bin/sh\n${first}\nsleep 300 &\necho $! > ${file}\nwait\n`, { mode: 0o755 });
  writeFileSync(join(path, ".gitattributes"), "slow filter=slow\n");
  writeFileSync(join(path, "slow"), "content");
  git(path, "add", ".");
  git(path, "commit", "-q", "-m", "slow");
  git(path, "config", "filter.slow.smudge", script);
  return async () => {
    await until(() => existsSync(file) && readFileSync(file, "utf8").endsWith("\n"));
    return Number(readFileSync(file, "utf8"));
  };
}

beforeEach(() => {
  worktrees = new Worktrees({ ...process.env, SECRET_OF_BRIDGE: "secret", GIT_DIR: "/nowhere" });
  const root = realpathSync(mkdtempSync(join(tmpdir(), "takopi-worktree-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  path = join(root, "web");
  mkdirSync(path);
  git(path, "init", "-q", "-b", "main");
  git(path, "commit", "-q", "--allow-empty", "-m", "begin");
});

describe("the worktree of a branch", () => {
  test("is made from the main checkout's branch, and used again", async () => {
    const made = await ensure("feat/login");
    expect(made).toBe(join(path, ".worktrees/feat/login"));
    expect(branchOf(made)).toBe("feat/login");
    writeFileSync(join(made, "kept"), "");
    expect(await ensure("feat/login")).toBe(made);
    expect(existsSync(join(made, "kept"))).toBe(true);
  });

  test("holds what the branch has already, here or at its origin", async () => {
    git(path, "branch", "old");
    git(path, "update-ref", "refs/remotes/origin/far", "HEAD");
    git(path, "commit", "-q", "--allow-empty", "-m", "later");
    const begin = git(path, "rev-parse", "HEAD~1");
    for (const branch of ["old", "far"]) expect(git(await ensure(branch), "rev-parse", "HEAD")).toBe(begin);
  });

  test("begins at worktree_base if that is set", async () => {
    git(path, "branch", "stable");
    git(path, "commit", "-q", "--allow-empty", "-m", "later");
    const made = await ensure("fix", { worktree_base: "stable" });
    expect(git(made, "rev-parse", "HEAD")).toBe(git(path, "rev-parse", "stable"));
  });

  test("is the main checkout for the branch that it is on", async () => {
    expect(await ensure("main")).toBe(path);
  });

  test.each(["-x", "--upload-pack=sh", "/etc", "../out", "a/../../out", ".", "a b", "a..b", "x.lock", "@{-1}", ""])(
    "is refused for %j, which leads elsewhere or is no branch",
    async (branch) => {
      await expect(ensure(branch)).rejects.toThrow();
      expect(git(path, "worktree", "list").split("\n")).toHaveLength(1);
    },
  );

  test("is refused if something else is in its place, or a link leads out", async () => {
    mkdirSync(join(path, ".worktrees/plain"), { recursive: true });
    await expect(ensure("plain")).rejects.toThrow("is not a git worktree");
    symlinkSync(tmpdir(), join(path, ".worktrees/out"));
    await expect(ensure("out")).rejects.toThrow("link out of the worktrees directory");
  });

  test("is refused if a repository of its own is in its place: a run may have made it", async () => {
    const nested = join(path, ".worktrees/feat");
    mkdirSync(nested, { recursive: true });
    git(nested, "init", "-q");
    await expect(ensure("feat")).rejects.toThrow(`is another repository than ${path}`);
  });

  test.each(["elsewhere", "missing"])("is not made through a link that leads out (%s)", async (target) => {
    const elsewhere = join(path, "../elsewhere");
    mkdirSync(elsewhere);
    mkdirSync(join(path, ".worktrees"));
    symlinkSync(join(path, "..", target), join(path, ".worktrees/feat"));
    for (const branch of ["feat/x", "feat/y/z"]) {
      await expect(ensure(branch)).rejects.toThrow("link out of the worktrees directory");
    }
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(git(path, "branch", "--list", "feat/*")).toBe("");
  });

  test("may be in a directory that is a link itself, and below links within that", async () => {
    const elsewhere = join(path, "../elsewhere");
    mkdirSync(join(elsewhere, "deep"), { recursive: true });
    symlinkSync(elsewhere, join(path, ".worktrees"));
    symlinkSync("deep", join(elsewhere, "feat"));
    expect(branchOf(await ensure("feat/x"))).toBe("feat/x");
    expect(existsSync(join(elsewhere, "deep/x/.git"))).toBe(true);
    expect(await ensure("feat/x")).toBe(join(path, ".worktrees/feat/x"));
  });

  test.each(["", "trap '' TERM"])("is given up with all that its filter started (%j)", async (first) => {
    const sleeper = installSlowFilter(first);
    const controller = new AbortController();
    const reason = { text: "enough" };
    const making = ensure("feat/x", {}, controller.signal);
    const pid = await sleeper();
    controller.abort(reason);
    await expect(making).rejects.toBe(reason);
    await until(async () => !(await isAlive(await markProcess(pid))));
    expect(git(path, "worktree", "list").split("\n")).toHaveLength(1);
    expect(existsSync(join(path, ".worktrees/feat/x"))).toBe(false);
    git(path, "config", "--unset", "filter.slow.smudge");
    expect(branchOf(await ensure("feat/x"))).toBe("feat/x");
  });

  test("is not looked for before who makes it has made it or given it up", async () => {
    const sleeper = installSlowFilter();
    const first = new AbortController();
    const making = ensure("feat/x", {}, first.signal);
    await sleeper();
    const waiting = ensure("feat/x");
    const impatient = new AbortController();
    const stopped = ensure("feat/x", {}, impatient.signal);
    impatient.abort("no time");
    await expect(stopped).rejects.toBe("no time");
    git(path, "config", "--unset", "filter.slow.smudge");
    first.abort("enough");
    await expect(making).rejects.toBe("enough");
    expect(branchOf(await waiting)).toBe("feat/x");
  });

  test("runs no hook of the repository, and gives what git runs nothing of the bridge's environment", async () => {
    const ran = join(path, "..", "ran");
    writeFileSync(join(path, ".git/hooks/post-checkout"), `#!/bin/sh\ntouch ${ran}-hook\n`, { mode: 0o755 });
    writeFileSync(join(path, ".gitattributes"), "told filter=told\n");
    writeFileSync(join(path, "told"), "content");
    git(path, "add", ".");
    git(path, "commit", "-q", "-m", "told");
    git(path, "config", "filter.told.smudge", `env > ${ran}-filter; cat`);
    git(path, "config", "core.fsmonitor", `touch ${ran}-fsmonitor; true`);
    const made = await ensure("feat/x");
    expect(readFileSync(join(made, "told"), "utf8")).toBe("content");
    expect(existsSync(`${ran}-hook`)).toBe(false);
    expect(existsSync(`${ran}-fsmonitor`)).toBe(false);
    expect(readFileSync(`${ran}-filter`, "utf8")).not.toContain("SECRET_OF_BRIDGE");
  });
});
