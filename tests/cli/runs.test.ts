import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { command as runs } from "../../src/cli/runs.ts";
import type { Question } from "../../src/domain/question.ts";
import { openStore } from "../../src/store/store.ts";
import { call, scratchHome } from "./calling.ts";

function withRuns(): string {
  const home = scratchHome();
  mkdirSync(join(home, ".takopi"));
  const store = openStore(join(home, ".takopi", "takopi.db"));
  const common = { topicId: null, userId: "1", branch: null, prompt: "a secret prompt", resume: null, follows: null };
  const at = new Date(2026, 0, 2, 3, 4, 5).getTime();
  store.runs.add({ ...common, id: "r1", chatId: "5", messageId: "1", engine: "codex", project: "web", createdAt: at });
  store.runs.start("r1", at + 1000, "/web");
  const usage = { inputTokens: 1200, outputTokens: 34, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.0123 };
  store.runs.end("r1", { kind: "done", answer: "a secret answer", error: undefined, steps: 2, usage }, at + 63_000);
  store.runs.add({ ...common, id: "r2", chatId: "6", messageId: "2", engine: "pi", project: null, createdAt: at + 1 });
  store.close();
  return home;
}

test("lists runs, the newest first, with what they took", async () => {
  const { code, stdout } = await call(runs, withRuns());
  expect(code).toBe(0);
  const [table = "", sums] = stdout.trimEnd().split("\n\n");
  expect(sums).toBe("Today: 0 runs, 0 tokens\nLast 7 days: 0 runs, 0 tokens");
  const [head, ...rows] = table.split("\n").map((line) => line.split(/ {2,}/));
  expect(head).toEqual(["when", "state", "engine", "project", "took", "tokens", "cost", "chat", "run"]);
  expect(rows).toEqual([
    ["2026-01-02 03:04", "queued", "pi", "-", "-", "-", "-", "6", "r2"],
    ["2026-01-02 03:04", "done", "codex", "web", "62 s", "1234", "$0.0123", "5", "r1"],
  ]);
});

test("says which outcome Telegram refused for good, and why", async () => {
  const home = withRuns();
  const store = openStore(join(home, ".takopi", "takopi.db"));
  store.deliveries.add({ runId: "r1", chatId: "5", topicId: null, replyTo: "1", body: null, createdAt: 1 });
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

test("--approvals lists what was asked, by whom it was decided, and gives it as JSON without what was read", async () => {
  const home = withRuns();
  const store = openStore(join(home, ".takopi", "takopi.db"));
  const ask = (key: string, question: Question, chatId = "5") =>
    store.questions.add({
      key,
      runId: "r1",
      question,
      chatId,
      topicId: null,
      askedAt: new Date(2026, 0, 2, 3, Number(key)).getTime(),
    });
  const command = {
    id: "q",
    kind: "command",
    title: "Run\u001b[2J it",
    command: "make",
    canAllowSession: true,
  } as const;
  ask("1", { ...command, body: "a long body" });
  store.questions.settle("1", { type: "allow", scope: "session" }, { by: "user", user: { id: "7", name: "Ann" } }, 1);
  ask("2", command);
  store.questions.settle("2", { type: "deny", reason: "no" }, { by: "policy" }, 1);
  ask("3", { id: "q", kind: "text", title: "Name?", isSecret: false }, "6");
  store.close();
  const { stdout } = await call(runs, home, "--approvals");
  expect(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ["when", "outcome", "by", "kind", "engine", "what"],
    ["2026-01-02 03:03", "open", "-", "text", "codex", "Name?"],
    ["2026-01-02 03:02", "denied", "policy", "command", "codex", "Run[2J it"],
    ["2026-01-02 03:01", "allowed for session", "Ann (7)", "command", "codex", "Run[2J it"],
  ]);
  const json = await call(runs, home, "--approvals", "--json", "--chat", "5");
  expect(JSON.parse(json.stdout)).toMatchObject([
    { key: "2", reply: "deny", reason: "no", decidedBy: "policy", command: "make", engine: "codex", project: "web" },
    { key: "1", reply: "allow", scope: "session", userId: 7, userName: "Ann" },
  ]);
  expect(json.stdout).not.toContain("a long body");
  expect((await call(runs, scratchHome(), "--approvals")).stdout).toBe("No approvals yet.\n");
});
