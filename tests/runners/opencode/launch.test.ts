import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { launch } from "../../../runners/opencode/launch.ts";
import type { OpencodeOptions } from "../../../runners/opencode/options.ts";
import type { RunRequest } from "../../../src/engine/contract.ts";
import { toRequest } from "../../helpers/driven.ts";

let root: string;
let repo: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "opencode-launch-")));
  repo = join(root, "repo");
  mkdirSync(repo);
});
afterEach(() => rmSync(root, { recursive: true }));

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log };

function request(options: OpencodeOptions, session?: string): RunRequest & { readonly options: OpencodeOptions } {
  const env = { HOME: root, PATH: process.env["PATH"] };
  return { ...toRequest({ prompt: "-- @do /it", cwd: repo, env, options, log, session }), options };
}

/** Stands in for opencode: a database file, and what `opencode db` prints of it. */
function installStandIn(output: string, code = 0): string {
  mkdirSync(join(root, ".local/share/opencode"), { recursive: true });
  writeFileSync(join(root, ".local/share/opencode/opencode.db"), "");
  const file = join(root, "opencode");
  const script = `#!/bin/sh\nprintf '%s\\n' "$@" > ${root}/asked\n${code === 0 ? "cat" : "cat >&2"} <<'END'\n${output}\nEND\nexit ${code}\n`;
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  return file;
}

test("a new run starts in the project's directory with the prompt on stdin", async () => {
  const { file, args, cwd, stdin, env, release } = await launch(request({ model: "a/b", permission: "allow" }));
  release?.();
  expect([file, ...args]).toEqual(["opencode", "run", "--format", "json", "--dir", repo, "--model=a/b"]);
  expect(cwd).toBe(repo);
  expect(stdin).toBe("-- @do /it");
  expect(env).toEqual({
    OPENCODE_PERMISSION: '{"*":"allow","question":"deny"}',
    OPENCODE_DISABLE_PROJECT_CONFIG: "1",
    OPENCODE_CONFIG_CONTENT: '{"lsp":false,"formatter":false,"instructions":[]}',
  });
});

test("a session is gone on with in its own directory", async () => {
  const other = join(root, "other");
  mkdirSync(other);
  const cmd = installStandIn(JSON.stringify([{ directory: other }]));
  const { args, cwd } = await launch(request({ cmd, model: "a/b", permission: { bash: "ask" } }, "ses_bbb"));
  expect(cwd).toBe(other);
  expect(args.join(" ")).toContain(`--dir ${other} --session=ses_bbb`);
});

test("a notice before the answer of the lookup changes nothing", async () => {
  const cmd = installStandIn(`Update available!\n${JSON.stringify([{ directory: root }])}`);
  expect((await launch(request({ cmd, model: "a/b" }, "ses_ccc"))).cwd).toBe(root);
});

test("a session is asked for once", async () => {
  const cmd = installStandIn(JSON.stringify([{ directory: root }]));
  await launch(request({ cmd, model: "a/b" }, "ses_once"));
  rmSync(cmd);
  expect((await launch(request({ cmd, model: "a/b" }, "ses_once"))).cwd).toBe(root);
});

test("a session is found also if the directory of the request is gone", async () => {
  const other = join(root, "other");
  mkdirSync(other);
  const cmd = installStandIn(JSON.stringify([{ directory: other }]));
  rmSync(repo, { recursive: true });
  expect((await launch(request({ cmd, model: "a/b" }, "ses_ddd"))).cwd).toBe(other);
});

test("a session that opencode does not have is told, and nothing is started", async () => {
  const cmd = installStandIn("[]");
  await expect(launch(request({ cmd }, "ses_eee"))).rejects.toThrow(/no session `ses_eee`/);
});

test("without a database there is no session, and opencode is not even asked", async () => {
  await expect(launch(request({ cmd: "/nowhere/opencode" }, "ses_fff"))).rejects.toThrow(/no session `ses_fff`/);
});

test("a session whose directory is gone is told with the directory", async () => {
  const cmd = installStandIn(JSON.stringify([{ directory: join(root, "gone") }]));
  await expect(launch(request({ cmd }, "ses_ggg"))).rejects.toThrow(`${join(root, "gone")}, which does not exist`);
});

test("a lookup that fails brings what opencode said", async () => {
  const cmd = installStandIn("Error: database disk image is malformed", 1);
  await expect(launch(request({ cmd }, "ses_hhh"))).rejects.toMatchObject({
    message: expect.stringMatching(/look the session up/),
    stderr: expect.stringMatching(/malformed/),
  });
});

test("whatever is no session id never reaches a query", async () => {
  const cmd = installStandIn("[]");
  await expect(launch(request({ cmd }, "ses_a' or '1'='1"))).rejects.toThrow(/is not an opencode session/);
});
