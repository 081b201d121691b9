import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { command as policy } from "../../src/cli/policy.ts";
import { command as runs } from "../../src/cli/runs.ts";
import { exitCodes } from "../../src/control/protocol.ts";
import type { ErrorCode } from "../../src/errors.ts";
import { call } from "../cli/calling.ts";
import { stageLive } from "../helpers/live-stage.ts";
import { connectMcp } from "../helpers/mcp-client.ts";
import { shell } from "../helpers/shell.ts";

// Programs are started, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

test("each code has its number and its word on the command line, at MCP tools, and in the state file", async () => {
  const on = await stageLive();
  const takopi = shell(on);
  const client = await connectMcp(on.directory, '[mcp]\nallow = ["send", "steer", "compact", "goal"]\n');
  const reached = new Set<ErrorCode>();

  /** A command that ends so, in words, as JSON and as a tool, if it is one. */
  const expectCode = async (code: ErrorCode, [name = "", ...words]: readonly string[], input?: object) => {
    const inWords = await takopi(name, ...words);
    expect(inWords).toMatchObject({
      code: exitCodes[code],
      stdout: "",
      stderr: expect.stringMatching(/^takopi: .+\n$/),
    });
    const asJson = await takopi(name, ...words, "--json");
    expect([asJson.code, JSON.parse(asJson.stdout)]).toMatchObject([exitCodes[code], { error: { code } }]);
    reached.add(code);
    if (input === undefined) return;
    const told = await client.callTool({ name, arguments: { ...input } });
    expect(told).toMatchObject({ isError: true, structuredContent: { error: { code } } });
  };

  const hanging = on.say("/codex hang");
  const working = await on.botSays(/^working · codex[\s\S]*codex resume/);
  const session = /codex resume (\S+)/.exec(JSON.stringify(working))?.[1]?.slice(0, 36) ?? "";
  await expectCode("busy", ["compact", session], { session });
  await expectCode("not_found", ["steer", "nobody", "x"], { run: "nobody", text: "x" });
  await expectCode("usage", ["steer", " "]);
  await expectCode("failed", ["goal", "all tests pass"], { words: "all tests pass" });
  const broken = { engine: "alpha", prompt: "session\nfail it broke", wait: true };
  await expectCode("engine_failed", ["send", "--engine", "alpha", broken.prompt, "--wait"], broken);
  const waiting = takopi("send", "--engine", "alpha", "session\nstep waiting\nhang", "--wait", "--json");
  await on.botSays(/^working · alpha[\s\S]*waiting/);
  await takopi("cancel", "all");
  expect(await waiting).toMatchObject({ code: 130, stdout: expect.stringContaining('"interrupted"') });
  reached.add("interrupted");
  await on.outcomeOf(hanging);

  const rules = join(on.directory, "rules.toml");
  writeFileSync(rules, 'default_engine = "codex"\n[codex]\ninteractive = true\ndeny = ["rm *"]\n');
  const judged = async (line: string) => {
    const { code, stdout } = await call(policy, on.directory, "--config", rules, line, "--json");
    return [code, JSON.parse(stdout).code];
  };
  expect(await judged("make")).toEqual([6, "approval_needed"]);
  expect(await judged("rm -rf x")).toEqual([7, "not_allowed"]);
  reached.add("approval_needed").add("not_allowed");

  const kept = JSON.parse(
    (await call(runs, on.directory, "--config", join(on.directory, "cli.toml"), "--json")).stdout,
  ) as { failure: string | null }[];
  expect(new Set(kept.map(({ failure }) => failure))).toEqual(new Set(["engine_failed", "interrupted"]));

  await on.stop();
  await expectCode("no_bridge", ["usage"], {});
  expect([...reached].sort()).toEqual(Object.keys(exitCodes).sort());
});
