import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { codex } from "../../../runners/codex/index.ts";

// Each case starts processes, which a busy machine keeps waiting.
let home: string;
let cmd: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "codex-probe-"));
  cmd = join(home, "codex");
});
afterEach(() => rmSync(home, { recursive: true }));

/** A stand-in for codex that knows its version and whether it is logged in. */
function install(status: string, exitCode: number): void {
  const script = `#!/bin/sh\nif [ "$1" = --version ]; then echo "codex-cli 0.169.0"; exit 0; fi\necho '${status}' >&2\nexit ${exitCode}\n`;
  writeFileSync(cmd, script, { mode: 0o755 });
}
const problems = async (options = {}, env = {}) =>
  (await codex.probe({ options: { cmd, ...options }, env: { PATH: "/usr/bin:/bin", CODEX_HOME: home, ...env } }))
    .problems;

test("a codex that is there and logged in has no problems", async () => {
  install("Logged in using ChatGPT", 0);
  const found = await codex.probe({ options: { cmd }, env: { PATH: "/usr/bin:/bin", CODEX_HOME: home } });
  expect(found).toEqual({ path: cmd, version: "0.169.0", problems: [] });
});

test("a codex that is not there is told", async () => {
  expect(await problems()).toEqual([`${cmd} does not exist; install it or set codex.cmd.`]);
});

test("a missing login is told with its mend", async () => {
  install("Not logged in", 1);
  expect(await problems()).toEqual(["Codex is not logged in; run `codex login`, or set CODEX_API_KEY for the bridge."]);
  writeFileSync(join(home, "config.toml"), '# model_provider = "mine"\nmodel_provider = "openai"\n');
  expect(await problems()).toHaveLength(1);
});

test("a key, or a provider other than OpenAI, needs no login", async () => {
  install("Not logged in", 1);
  expect(await problems({}, { CODEX_API_KEY: "key" })).toEqual([]);
  expect(await problems({ extra_args: ["-c", "model_provider=mine"] })).toEqual([]);
  expect(await problems({ extra_args: ["--oss"] })).toEqual([]);
  writeFileSync(join(home, "work.config.toml"), 'model_provider = "mine"\n');
  expect(await problems()).toHaveLength(1);
  expect(await problems({ profile: "work" })).toEqual([]);
  writeFileSync(join(home, "config.toml"), 'model = "m"\nmodel_provider = "mine"\n');
  expect(await problems()).toEqual([]);
});

test("a CODEX_HOME that is not there is told", async () => {
  install('Error loading configuration: CODEX_HOME points to "/nope", but that path does not exist', 1);
  expect(await problems({}, { CODEX_HOME: "/nope" })).toEqual(["CODEX_HOME is /nope, which is not there; create it."]);
});

test.each([
  ["/home/me/.codex/config.toml:2:27: wanted string or table", "(/home/me/.codex/config.toml:2:27: wanted string"],
  ["Model provider `nope` not found", "config.toml: Model provider `nope` not found)"],
])("a configuration that codex refuses (%s) is told with its file", async (says, told) => {
  install(`Error loading configuration: ${says}`, 1);
  expect(await problems()).toEqual([expect.stringContaining(told)]);
  expect(await problems()).toEqual([expect.stringMatching(/: correct the file, every run fails until then\.$/)]);
});

test("whatever else codex may say of its login is no alarm", async () => {
  install("error: unrecognized subcommand", 2);
  expect(await problems()).toEqual([]);
});
