import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { command as runs } from "../../src/cli/runs.ts";
import { openStore } from "../../src/store/store.ts";
import { call, scratchHome } from "./calling.ts";

function withRuns(): string {
  const home = scratchHome();
  mkdirSync(join(home, ".takopi"));
  const store = openStore(join(home, ".takopi", "takopi.db"));
  const common = { topicId: null, userId: 1, branch: null, prompt: "a secret prompt", resume: null, follows: null };
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  store.runs.add({ ...common, id: "r1", chatId: 5, messageId: 1, engine: "codex", project: "web", createdAt: at });
  store.runs.start("r1", at + 1000, "/web");
  const usage = { inputTokens: 1200, outputTokens: 34, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.0123 };
  store.runs.end("r1", { kind: "done", answer: "a secret answer", error: undefined, steps: 2, usage }, at + 63_000);
  store.runs.add({ ...common, id: "r2", chatId: 6, messageId: 2, engine: "pi", project: null, createdAt: at + 1 });
  store.close();
  return home;
}

test("lists runs, the newest first, with what they took", async () => {
  const { code, stdout } = await call(runs, withRuns());
  expect(code).toBe(0);
  const [table = "", sums] = stdout.trimEnd().split("\n\n");
  expect(sums).toBe("Today: 0 runs, 0 tokens\nLast 7 days: 0 runs, 0 tokens");
  const [head, ...rows] = table.split("\n").map((line) => line.split(/ {2,}/));
  expect(head).toEqual(["when", "state", "engine", "project", "took", "tokens", "cost", "chat"]);
  expect(rows).toEqual([
    ["2026-01-02 03:04", "queued", "pi", "-", "-", "-", "-", "6"],
    ["2026-01-02 03:04", "done", "codex", "web", "62 s", "1234", "$0.0123", "5"],
  ]);
});

test("says which outcome Telegram refused for good, and why", async () => {
  const home = withRuns();
  const store = openStore(join(home, ".takopi", "takopi.db"));
  store.deliveries.add({ runId: "r1", chatId: 5, topicId: null, replyTo: 1, body: null, createdAt: 1 });
  store.deliveries.park(1, "sendMessage: 403 Forbidden: bot was blocked by the user");
  store.close();
  expect((await call(runs, home)).stdout).toContain("2026-01-02 03:04: not delivered: sendMessage: 403 Forbidden");
  const [, first] = JSON.parse((await call(runs, home, "--json")).stdout) as { undelivered: string | null }[];
  expect(first?.undelivered).toMatch(/403/);
});

test("can be narrowed to a chat, and given as JSON without the texts", async () => {
  const { stdout } = await call(runs, withRuns(), "--json", "--chat", "5");
  expect(JSON.parse(stdout)).toMatchObject([{ id: "r1", outcome: "done", costUsd: 0.0123 }]);
  expect(stdout).not.toContain("secret");
});

test("without a state file there are no runs, and none is made", async () => {
  expect(await call(runs, scratchHome())).toMatchObject({ code: 0, stdout: "No runs yet.\n" });
});
