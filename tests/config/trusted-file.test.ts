import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, realpathSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { locateConfig } from "../../src/config/find.ts";
import { refuseForeign } from "../../src/config/trusted-file.ts";
import { scratch, write } from "./bench.ts";

function repository() {
  const home = scratch();
  const cwd = join(home, "src", "cloned");
  mkdirSync(cwd, { recursive: true });
  const git = (...args: string[]) => execFileSync("git", args, { cwd, stdio: "ignore" });
  git("init");
  const config = write(join(cwd, ".takopi", "takopi.toml"), 'default_engine = "codex"');
  const locate = (more: { file?: string; cwd?: string } = {}) => locateConfig({ cwd, env: { HOME: home }, ...more });
  return { home, cwd, git, config, locate };
}

test("a config of one's own in the working directory or a parent is used", () => {
  const { cwd, config, locate } = repository();
  mkdirSync(join(cwd, "deep", "er"), { recursive: true });
  expect(locate()).toEqual({ file: config, exists: true });
  expect(locate({ cwd: join(cwd, "deep", "er") })).toEqual({ file: config, exists: true });
});

test("a config that git tracks is refused, unless it is asked for by name", () => {
  const { git, config, locate } = repository();
  git("add", "-f", ".takopi/takopi.toml");
  expect(() => locate()).toThrow(
    `${config} is not used, because git tracks it, and whoever writes the repository could run commands on this machine: name it with --config if you trust it, or move it away.`,
  );
  expect(locate({ file: config })).toEqual({ file: config, exists: true });
});

test("a tracked config behind a symbolic link is refused too", () => {
  const { cwd, git, config, locate } = repository();
  write(join(cwd, "etc", "takopi.toml"), "");
  execFileSync("rm", ["-r", join(cwd, ".takopi")]);
  symlinkSync("etc", join(cwd, ".takopi"));
  git("add", "-f", ".");
  expect(() => locate()).toThrow(`${config} is not used, because git tracks it`);
});

test("the repository's own git settings start no program when it is looked at", () => {
  const { home, cwd, git, locate } = repository();
  write(join(cwd, "spy.sh"), `#!/bin/sh\ntouch ${home}/ran\n`);
  chmodSync(join(cwd, "spy.sh"), 0o755);
  git("config", "core.fsmonitor", "./spy.sh");
  locate();
  expect(() => execFileSync("ls", [join(home, "ran")], { stdio: "ignore" })).toThrow();
});

test("a config that others may write is refused wherever it lies", () => {
  const { home, config, locate } = repository();
  chmodSync(config, 0o664);
  expect(() => locate()).toThrow(`run \`chmod go-w ${config}\``);
  expect(() => locate({ file: config })).toThrow("can be written by other users");
  chmodSync(config, 0o644);
  expect(locate().file).toBe(config);
  const own = write(join(home, ".takopi", "takopi.toml"), "");
  chmodSync(own, 0o602);
  expect(() => locate({ cwd: home })).toThrow(`run \`chmod go-w ${own}\``);
});

test("another user's config in a parent directory is refused", () => {
  const { config } = repository();
  const found = Object.assign(statSync(config), { uid: 4711 });
  expect(() => refuseForeign(config, found)).toThrow(
    `${config} is not used, because it belongs to another user (uid 4711)`,
  );
});

test("a config in a directory where everybody may write is refused, also behind a link, unless each file there is its owner's", () => {
  const { home, config, locate } = repository();
  const directory = dirname(config);
  chmodSync(directory, 0o777);
  expect(() => locate()).toThrow(`run \`chmod o-w ${realpathSync(directory)}\``);
  symlinkSync(directory, join(home, "link"));
  expect(() => locate({ file: join(home, "link", "takopi.toml") })).toThrow("can be replaced by other users");
  chmodSync(directory, 0o1777);
  expect(locate().file).toBe(config);
});
