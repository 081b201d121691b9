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
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const env = { PATH: process.env["PATH"], HOME: home, OPENCODE_DISABLE_MODELS_FETCH: "1" };
  expect(await engine.drift?.({ options, env })).toEqual([]);
  expect((await engine.probe({ options, env })).path).toBeDefined();
});
