import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PiOptions } from "../../../runners/pi/options.ts";
import { probePi } from "../../../runners/pi/probe.ts";

let bin: string;
beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), "takopi-pi-"));
});
afterEach(() => rm(bin, { recursive: true, force: true }));

const probe = (options: PiOptions = {}) => probePi({ options, env: { PATH: `${bin}:${process.env["PATH"]}` } });

/** Puts a `pi` on PATH that answers to `--version` and `--list-models` with these lines of shell. */
async function installPi(version: string, models = "echo a model"): Promise<void> {
  const path = join(bin, "pi");
  await writeFile(path, `#!/bin/sh\ncase "$1" in --version) ${version};; --list-models) ${models};; esac\n`);
  await chmod(path, 0o755);
}

test("new pi answers on stdout, old pi on stderr", async () => {
  await installPi("echo 1.5.2");
  expect(await probe()).toEqual({ path: join(bin, "pi"), version: "1.5.2", problems: [] });
  await installPi("echo 0.74.2 >&2");
  expect((await probe()).version).toBe("0.74.2");
});

test("a pi that is not there says how to mend it", async () => {
  expect(await probe({ cmd: join(bin, "nothing") })).toEqual({ problems: [expect.stringContaining("set pi.cmd")] });
});

test("new pi on an old Node is told from its stack, and Node's version is not taken for pi's", async () => {
  await installPi(
    `echo "SyntaxError: The requested module 'node:module' does not provide 'enableCompileCache'\n\nNode.js v20.20.2" >&2; exit 1`,
  );
  const found = await probe();
  expect(found.version).toBeUndefined();
  expect(found.problems).toEqual([expect.stringMatching(/needs Node 22\.19 or later; it found 20\.20\.2/)]);
});

test("omp, which is pi under another name, is taken for it", async () => {
  await installPi("echo omp/16.4.4");
  expect(await probe()).toMatchObject({ version: "16.4.4", problems: [] });
});

test("a program that is not pi is told", async () => {
  await installPi("echo hello");
  expect((await probe()).problems).toEqual([expect.stringContaining("gives no version")]);
});

test("a pi without a login is told", async () => {
  await installPi("echo 0.74.2 >&2", 'echo "No models available. Use /login to log in." >&2');
  expect((await probe()).problems).toEqual([expect.stringContaining("/login")]);
});

test("options that this pi does not know are told, one by one", async () => {
  await installPi("echo 0.74.2 >&2");
  const { problems } = await probe({ session_title: "t", approve: true, exclude_tools: ["x"], provider: "p" });
  expect(problems.map((problem) => problem.split(" ")[0])).toEqual(["pi.approve", "pi.exclude_tools"]);
});

test("a provider without a model is a problem of new pi only", async () => {
  await installPi("echo 1.5.2");
  expect((await probe({ provider: "p" })).problems).toEqual([expect.stringContaining("pi.model")]);
  expect((await probe({ provider: "p", model: "m" })).problems).toEqual([]);
});
