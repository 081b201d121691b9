import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { engines } from "../../runners/index.ts";
import { BOUNDS } from "../../src/bounds.ts";
import { shorten } from "../helpers/bounds.ts";
import { toSession } from "../helpers/driven.ts";
import { noLog } from "../helpers/recordings.ts";

const CODEX = "01a22afb-5402-7481-a34e-3863de133a6d";
const CLAUDE = "38dd3466-6eae-4fc8-a1b6-e29ad6dc3662";

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "takopi-usage-")));
  const made = home;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
});

function write(path: string, lines: readonly object[]): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

function usageOf(id: string, session: string) {
  const engine = engines.find((one) => one.id === id);
  return engine?.operations.usage?.(toSession({ cwd: home, log: noLog, env: { HOME: home }, options: {} }, session));
}

const event = (payload: object) => ({ timestamp: "2026-11-30T05:44:04Z", type: "event_msg", payload });
const tokens = (input: number, output: number) => ({
  ...{ input_tokens: input, cached_input_tokens: 40, output_tokens: output, reasoning_output_tokens: 5 },
});

/** As codex 0.169.0 writes it. */
const thread = [
  { timestamp: "2026-11-30T05:44:03Z", type: "session_meta", payload: { id: CODEX, cwd: "/" } },
  event({ type: "task_started", model_context_window: 1_000 }),
  { timestamp: "2026-11-30T05:44:04Z", type: "turn_context", payload: { cwd: "/", model: "gpt-5.5" } },
  event({ type: "token_count", info: null }),
  event({ type: "item_completed", item: { text: 'says "task_started" and "token_count"' } }),
  event({ type: "task_started", model_context_window: 1_000 }),
  event({
    type: "token_count",
    info: { total_token_usage: tokens(300, 60), last_token_usage: tokens(200, 50), model_context_window: 1_000 },
  }),
];
const PLACE = `.codex/sessions/2026/11/30/rollout-2026-11-30T05-44-03-${CODEX}.jsonl`;

test("codex tells turns, tokens, model and context of a thread", async () => {
  write(PLACE, thread);
  expect(await usageOf("codex", CODEX)).toEqual({ turns: 2, tokens: 360, model: "gpt-5.5", contextFill: 0.25 });
});

test("nothing is told of a file that is too large, or not there", async () => {
  expect(await usageOf("codex", CODEX)).toEqual({});
  write(PLACE, thread);
  shorten(BOUNDS.engine, { usageBytes: 200 });
  expect(await usageOf("codex", CODEX)).toEqual({});
});

test("pi tells turns, tokens, cost and model of a session", async () => {
  const call = (total: number) => ({ input: 600, output: 20, cacheRead: 400, cacheWrite: 0, cost: { total } });
  const said = (usage: object) => ({ role: "assistant", provider: "scripted", model: "m", content: [], usage });
  write(`.pi/agent/sessions/--${home.slice(1).replaceAll("/", "-")}--/2026_abc-1.jsonl`, [
    { type: "session", version: 3, id: "abc-1", cwd: home },
    { type: "message", message: { role: "user", content: [{ type: "text", text: "One" }] } },
    { type: "message", message: said(call(0.25)) },
    { type: "message", message: { role: "toolResult", content: [] } },
    { type: "message", message: { role: "user", content: "Two" } },
    { type: "message", message: said(call(0.5)) },
  ]);
  expect(await usageOf("pi", "abc-1")).toEqual({ turns: 2, tokens: 2040, costUsd: 0.75, model: "scripted/m" });
});

const claudeFile = `.claude/projects/-web/${CLAUDE}.jsonl`;
const asked = (content: unknown, more = {}) => ({ type: "user", isSidechain: false, message: { content }, ...more });
const spoke = (id: string, more = {}) => ({
  type: "assistant",
  message: { id, model: "opus", usage: { input_tokens: 100, output_tokens: 10, cache_read_input_tokens: 30 }, ...more },
});

/** A session of two turns, one of them with a tool. */
const transcript = [
  asked("One"),
  spoke("msg_1"),
  spoke("msg_1"),
  asked([{ type: "tool_result", content: "hi" }]),
  spoke("msg_2"),
  asked("reminder", { isMeta: true }),
  asked("of a sub-agent", { isSidechain: true }),
  asked([{ type: "text", text: "Two" }]),
  spoke("msg_3", { model: "<synthetic>" }),
];

test("claude tells turns, tokens and model of a session, a message of several lines once", async () => {
  write(claudeFile, transcript);
  expect(await usageOf("claude", CLAUDE)).toEqual({ turns: 2, tokens: 280, model: "opus" });
});

test("claude's own counters, which include sub-agents, come before the sum of the messages", async () => {
  const used = { inputTokens: 900, outputTokens: 50, cacheReadInputTokens: 40, cacheCreationInputTokens: 10 };
  write(claudeFile, [...transcript, { type: "cost-state", modelUsage: { opus: { ...used, costUSD: 0.5 } } }]);
  expect(await usageOf("claude", CLAUDE)).toEqual({ turns: 2, tokens: 1000, model: "opus", costUsd: 0.5 });
});
