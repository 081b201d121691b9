import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { launch } from "../../../runners/claude/launch.ts";
import { type ClaudeOptions, claudeOptions, toArguments } from "../../../runners/claude/options.ts";
import { EngineHost } from "../../../src/engine/host.ts";
import { noLog } from "../../helpers/recordings.ts";

const ID = "8fe6f112-ca5f-4644-81c2-8e1bdf83418e";
let root: string;
let repo: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "claude-launch-")));
  repo = join(root, "repo");
  mkdirSync(join(repo, ".git"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

interface Asked {
  readonly options?: ClaudeOptions;
  readonly prompt?: string;
  readonly session?: string;
  readonly trusted?: boolean;
}

const start = ({ options = {}, prompt = "hi", session, trusted = false }: Asked = {}) =>
  launch({
    spec: {
      ...{ runId: "run-1", engine: "claude", prompt, attachments: [], overrides: {} },
      ...(session !== undefined && { session }),
    },
    ...{ cwd: repo, options, log: noLog, trusted, host: new EngineHost() },
    env: { HOME: root, ANTHROPIC_API_KEY: "key", ANTHROPIC_BASE_URL: "http://x", PATH: "/bin" },
  });

test("Takopi's keys become its flags, and its four tools are the headless default", () => {
  const options = claudeOptions.parse({ model: "opus", dangerously_skip_permissions: true });
  expect(toArguments(options, "headless")).toEqual([
    ...["--print", "--output-format=stream-json", "--verbose", "--model=opus", "--dangerously-skip-permissions"],
    "--allowedTools=Bash,Read,Edit,Write",
  ]);
  expect(toArguments({ allowed_tools: [] }, "headless")).not.toContain("--allowedTools=");
  expect(toArguments({}, "live").join(" ")).not.toContain("allowedTools");
});

test("the prompt goes in on stdin, and one with a slash in front is text", async () => {
  expect((await start()).stdin).toBe("hi");
  expect((await start({ prompt: "/clear the table" })).stdin).toBe(" /clear the table");
});

test("an untrusted repository's settings and servers are off, and its CLAUDE.md is given back", async () => {
  writeFileSync(join(repo, "CLAUDE.md"), "Use tabs.");
  const { args } = await start({ options: { append_system_prompt: "Be brief." } });
  expect(args).toEqual(expect.arrayContaining(["--setting-sources=user", "--strict-mcp-config"]));
  expect(args.find((one) => one.startsWith("--append-system-prompt="))).toMatch(/=Be brief\.\n\n[\s\S]*Use tabs\./);
});

test("a trusted one is left to claude", async () => {
  writeFileSync(join(repo, "CLAUDE.md"), "Use tabs.");
  const { args } = await start({ trusted: true });
  expect(args.join(" ")).not.toMatch(/setting-sources|strict-mcp|append-system/);
});

test("claude gets a key of the bridge's only if the options say so", async () => {
  expect((await start()).env).toEqual({ CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: "1", DISABLE_AUTOUPDATER: "1" });
  const { env } = await start({ options: { use_api_billing: true } });
  expect(env).toMatchObject({ ANTHROPIC_API_KEY: "key", ANTHROPIC_BASE_URL: "http://x" });
});

test("a session must be there, and its counters are where the run's usage begins", async () => {
  await expect(start({ session: ID })).rejects.toThrow(`claude has no session ${ID}`);
  await expect(start({ session: "my title" })).rejects.toThrow("is not a claude session");
  const folder = join(root, ".claude/projects/-elsewhere");
  mkdirSync(folder, { recursive: true });
  const model = { inputTokens: 7, outputTokens: 2, cacheReadInputTokens: 1, cacheCreationInputTokens: 0, costUSD: 0.5 };
  const lines = [{ type: "user" }, { type: "cost-state", modelUsage: { m: model } }, { type: "last-prompt" }];
  writeFileSync(join(folder, `${ID}.jsonl`), lines.map((line) => JSON.stringify(line)).join("\n"));
  const { args, state } = await start({ session: ID });
  expect(args.at(-1)).toBe(`--resume=${ID}`);
  expect(state.before).toMatchObject({ inputTokens: 7, outputTokens: 2, cacheReadTokens: 1, costUsd: 0.5 });
});
