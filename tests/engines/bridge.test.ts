import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { markedProcesses } from "../../src/engine/marked.ts";
import { type Stage, stage, textOf } from "../helpers/bridge.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { engineCommand } from "./pinned.ts";

vi.setConfig({ testTimeout: RUN_TIMEOUT_MS, hookTimeout: RUN_TIMEOUT_MS });

let home: EnginesHome;

beforeAll(async () => {
  home = await makeEnginesHome();
});
afterAll(() => home?.[Symbol.asyncDispose]());

function setUp(defaultEngine: string, tables = ""): Promise<Stage> {
  return stage({
    engines,
    defaultEngine,
    waitMs: RUN_TIMEOUT_MS,
    env: home.env,
    tables: `
[pi]
cmd = "${engineCommand("pi")}"
provider = "scripted"
model = "m"
[codex]
cmd = "${engineCommand("codex")}"
sandbox = "danger-full-access"
[opencode]
cmd = "${engineCommand("opencode")}"
permission = { bash = "allow" }
env_passthrough = ["OPENCODE_DISABLE_*"]
[projects.web]
path = "${home.web}"
${tables}`,
  });
}

const resumeLine = (message: string) => /(?:codex resume|pi --session|opencode --session) \S+/.exec(message)?.[0];

describe.each(["pi", "codex", "opencode"])("%s through the bridge", (engine) => {
  const other = engine === "pi" ? "codex" : "pi";

  test("answers a task, and goes on in the session when its answer is replied to", async () => {
    const { say, outcomeOf } = await setUp(engine);
    const first = await outcomeOf(say("[[say One.]]"));
    expect(textOf(first)).toMatch(new RegExp(`^done · ${engine} · [\\s\\S]*One\\.`));
    const line = resumeLine(textOf(first));
    expect(line).toBeDefined();
    const second = await outcomeOf(say("[[say Two.]]", { replyTo: first.message_id }));
    expect(textOf(second)).toContain("Two.");
    expect(resumeLine(textOf(second))).toBe(line);
  });

  test("is chosen by its name and by its project, over the default engine", async () => {
    const { say, outcomeOf } = await setUp(other, `default_engine = "${engine}"`);
    const answers = ["[[say A.]]", `/${engine} [[say B.]]`, "/web [[say C.]]"].map((task) => outcomeOf(say(task)));
    const [plain, named, ofProject] = (await Promise.all(answers)).map(textOf);
    expect(plain).toMatch(new RegExp(`^done · ${other} [\\s\\S]*A\\.`));
    expect(named).toMatch(new RegExp(`^done · ${engine} [\\s\\S]*B\\.`));
    expect(ofProject).toMatch(new RegExp(`^done · ${engine} [\\s\\S]*C\\.[\\s\\S]*ctx: web`));
  });

  test("works on a branch in a worktree of its own", async () => {
    const { say, outcomeOf } = await setUp(engine);
    const answer = textOf(await outcomeOf(say(`/web @feat/${engine} [[shell touch made-by-${engine}]]`)));
    expect(answer).toMatch(/^done/);
    expect(answer).toContain(`ctx: web @feat/${engine}`);
    expect(existsSync(join(home.web, `.worktrees/feat/${engine}/made-by-${engine}`))).toBe(true);
  });

  test("is stopped in the middle of a command with no process left, and goes on afterwards", async () => {
    const { say, botSays, outcomeOf, emulator, store } = await setUp(engine);
    const id = say(`/web [[shell touch begun-${engine}; sleep 300]]`);
    // opencode tells of a command only when it has ended.
    await vi.waitUntil(() => existsSync(join(home.web, `begun-${engine}`)), { timeout: RUN_TIMEOUT_MS, interval: 100 });
    const progress = await botSays(/^working/);
    const data = /stop:[a-z0-9]+/.exec(JSON.stringify(progress.reply_markup))?.[0] ?? "";
    emulator.press({ chatId: emulator.privateChatId, messageId: progress.message_id, data });
    const cancelled = await outcomeOf(id);
    expect(textOf(cancelled)).toMatch(new RegExp(`^cancelled · ${engine}`));
    // On a busy machine a large program may take a moment to die of SIGKILL.
    for (const run of store().runs.recent(10)) await expect.poll(() => markedProcesses(run.id)).toEqual([]);
    const next = await outcomeOf(say("[[say Still here.]]", { replyTo: cancelled.message_id }));
    expect(textOf(next)).toContain("Still here.");
  });

  test("brings an answer of 60,000 characters whole", async () => {
    const { say, outcomeOf, emulator } = await setUp(engine);
    const first = await outcomeOf(say("[[long 60000]]"));
    expect(resumeLine(textOf(first))).toBeDefined();
    const file = await emulator.waitFor(
      () => emulator.messages(emulator.privateChatId).find((one) => one.document),
      RUN_TIMEOUT_MS,
    );
    expect(file.document?.file_size).toBeGreaterThanOrEqual(60_000);
  });
});
