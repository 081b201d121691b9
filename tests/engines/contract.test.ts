import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { acpEngine } from "../../runners/acp/index.ts";
import { claude } from "../../runners/claude/index.ts";
import { codex } from "../../runners/codex/index.ts";
import { opencode } from "../../runners/opencode/index.ts";
import { pi } from "../../runners/pi/index.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { engineCommand } from "./pinned.ts";

vi.setConfig({ testTimeout: 3 * RUN_TIMEOUT_MS });

test.each([
  ["claude", claude, { cmd: engineCommand("claude") }],
  ["codex", codex, { cmd: engineCommand("codex") }],
  ["opencode", opencode, { cmd: engineCommand("opencode") }],
  ["pi", pi, { cmd: engineCommand("pi") }],
  ["pi15", pi, { cmd: engineCommand("pi15") }],
  ["opencode by ACP", acpEngine("other"), { cmd: engineCommand("opencode"), args: ["acp"] }],
  ["codex by ACP", acpEngine("other"), { cmd: engineCommand("codexAcp") }],
] as const)("%s knows all that takopi needs of it", async (_, engine, options) => {
  const home = mkdtempSync(join(tmpdir(), "takopi-contract-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 20 }));
  const env = { PATH: process.env["PATH"], HOME: home, OPENCODE_DISABLE_MODELS_FETCH: "1" };
  const { version } = await engine.probe({ options, env });
  expect(await engine.drift?.({ options, env, version })).toEqual([]);
});

test("each line of pi has a contract of its own", async () => {
  const options = { cmd: engineCommand("pi") };
  const env = { PATH: process.env["PATH"], HOME: tmpdir() };
  const missing = await pi.drift?.({ options, env, version: "1.5.2" });
  expect(missing).toContain("pi 1.5.2 has no flag --approve, so this does not work: the option pi.approve.");
  expect(missing).toContainEqual(expect.stringContaining("no method clear_queue"));
  expect(missing).toHaveLength(5);
});
