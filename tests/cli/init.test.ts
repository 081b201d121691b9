import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { command as init } from "../../src/cli/init.ts";
import { call, scratchHome } from "./calling.ts";

const git = (cwd: string, ...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd, stdio: "pipe" });

function repository(home: string, name: string): string {
  const path = join(home, name);
  mkdirSync(path);
  git(path, "init", "--quiet", "--initial-branch=trunk");
  git(path, "commit", "--quiet", "--allow-empty", "--message=first");
  return path;
}

/** Runs `init` in `cwd` with the config of `home`. */
const initIn = (cwd: string, home: string, ...argv: string[]) =>
  call(init, cwd, "--config", join(home, "takopi.toml"), ...argv);

const read = (home: string) => readFileSync(join(home, "takopi.toml"), "utf8");

test("registers the repository under the name of its directory, with the branch to start from", async () => {
  const home = realpathSync(scratchHome());
  const path = repository(home, "shop.git");
  expect(await initIn(path, home)).toMatchObject({ code: 0, stdout: `saved project 'shop' to ${home}/takopi.toml\n` });
  expect(read(home)).toBe(
    `[projects.shop]\npath = "${path}"\nworktrees_dir = ".worktrees"\ndefault_engine = "codex"\nworktree_base = "trunk"\n`,
  );
});

test("a linked worktree leads to the main checkout", async () => {
  const home = realpathSync(scratchHome());
  const path = repository(home, "shop");
  git(path, "worktree", "add", "--quiet", "-b", "side", join(home, "side"));
  await initIn(join(home, "side"), home, "web");
  expect(read(home)).toContain(`[projects.web]\npath = "${path}"`);
});

test("a bare repository is its own project, and a plain directory too", async () => {
  const home = realpathSync(scratchHome());
  const bare = join(home, "bare.git");
  git(home, "init", "--quiet", "--bare", bare);
  await initIn(bare, home);
  expect(read(home)).toContain(`[projects.bare]\npath = "${bare}"`);
  const plain = join(home, "plain");
  mkdirSync(plain);
  await initIn(plain, home);
  expect(read(home)).toContain(
    `[projects.plain]\npath = "${plain}"\nworktrees_dir = ".worktrees"\ndefault_engine = "codex"\n`,
  );
});

test("comments and the configured engine are kept, and --default makes it the default project", async () => {
  const home = realpathSync(scratchHome());
  writeFileSync(join(home, "takopi.toml"), '# mine\ndefault_engine = "pi" # fast\n');
  await initIn(repository(home, "shop"), home, "--default");
  const text = read(home);
  expect(text).toContain('# mine\ndefault_engine = "pi" # fast\n');
  expect(text).toContain('default_project = "shop"');
  expect(text).toMatch(/\[projects\.shop\][^[]*default_engine = "pi"/);
});

test("without a terminal an alias that is taken is left alone", async () => {
  const home = realpathSync(scratchHome());
  const path = repository(home, "shop");
  await initIn(path, home);
  const before = read(home);
  const { code, stderr } = await initIn(path, home, "SHOP");
  expect(code).toBe(1);
  expect(stderr).toContain("has projects.shop already");
  expect(read(home)).toBe(before);
});

test("an alias that would hide an engine or a chat command is refused", async () => {
  const home = scratchHome();
  mkdirSync(join(home, "x"));
  await expect(initIn(join(home, "x"), home, "codex")).rejects.toThrow("projects.codex has the name of an engine");
  await expect(initIn(join(home, "x"), home, "Usage")).rejects.toThrow("projects.Usage has the name of a chat command");
  await expect(initIn(join(home, "x"), home, "a b")).rejects.toThrow('"a b" cannot be a project\'s alias');
});

test("settings and programs of a repository are listed and left out, unless --trusted says otherwise", async () => {
  const home = realpathSync(scratchHome());
  const path = repository(home, "shop");
  mkdirSync(join(path, ".opencode"));
  writeFileSync(join(path, "opencode.json"), "{}");
  const { stdout } = await initIn(path, home);
  expect(stdout).toContain("  opencode.json: permissions, MCP servers, plugins (opencode)\n");
  expect(stdout).toContain("  .opencode/: plugins, tools, agents, commands (opencode)\n");
  expect(stdout).toContain("They are left out. If you trust them, run `takopi init` with --trusted.");
  expect(read(home)).not.toContain("trusted");
  await initIn(path, home, "web", "--trusted");
  expect(read(home)).toMatch(/\[projects\.web\][^[]*trusted = true/);
});
