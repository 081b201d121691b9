import { execFile, execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { CARD, press, setUp } from "../helpers/asking.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(root, "docs/how-to/scripts.md"), "utf8");
const [, script = ""] = /## A whole script\n[\s\S]*?```sh\n([\s\S]*?)```/.exec(page) ?? [];

/** A repository with a change that is not committed. */
function repository(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "takopi-script-")));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  execFileSync("git", ["init", "-q", "-b", "main"], { cwd: path });
  writeFileSync(join(path, "changed.txt"), "new\n");
  return path;
}

test("the script of the docs starts, follows, lines up, moves, cancels and reads, with one answer in the chat", async () => {
  const path = repository();
  const tables = `[limits]\nparallel_runs = 1\n[projects.web]\npath = "${path}"\n`;
  // The script starts the program again and again.
  const bridge = await setUp("codex", { tables, waitMs: 240_000 });
  const bin = join(bridge.directory, "bin");
  mkdirSync(bin);
  const config = join(bridge.directory, "cli.toml");
  writeFileSync(config, 'default_engine = "codex"\n');
  const program = `exec "${process.execPath}" "${join(root, "dist/main.js")}" --config "${config}" "$@"`;
  writeFileSync(join(bin, "takopi"), `#!/bin/sh\n${program}\n`);
  chmodSync(join(bin, "takopi"), 0o755);
  const env = { PATH: `${bin}:${process.env["PATH"]}`, HOME: bridge.directory };
  const running = promisify(execFile)("sh", ["-c", script, "script", "approve", "second task", "third task"], {
    ...{ env, cwd: path },
  });
  const card = await bridge.botSays(CARD);
  // The others are in the queue, in their new order, before the first goes on.
  await bridge.botSays(/^cancelled/);
  await press(bridge, card, "Allow");
  const { stdout, stderr } = await running;
  expect(stderr).toBe("");
  expect(stdout).toContain("codex began session");
  expect(stdout).toMatch(/1\. `codex` · `web` · `third task`\n2\. `codex` · `web` · `second task`/);
  expect(stdout).toContain("Dropped from the queue.");
  expect(stdout).toMatch(/`changed\.txt` \+1 −0[\s\S]*\+new/);
  expect(stdout).toContain("Today: ");
});
