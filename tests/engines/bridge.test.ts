import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { markedProcesses } from "../../src/engine/marked.ts";
import { type Stage, stage, textOf } from "../helpers/bridge.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { type ChatModel, startChatModel } from "./models/openai-chat.ts";
import { type ModelCall, type ResponsesModel, startResponsesModel } from "./models/openai-responses.ts";
import { reply, shell, text } from "./models/responses-reply.ts";
import { longText } from "./models/script.ts";
import { engineCommand } from "./pinned.ts";

vi.setConfig({ testTimeout: RUN_TIMEOUT_MS, hookTimeout: RUN_TIMEOUT_MS });

let home: string;
let web: string;
let chatModel: ChatModel;
let codexModel: ResponsesModel;

beforeAll(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "takopi-engines-")));
  web = join(home, "web");
  for (const folder of [web, join(home, ".pi/agent"), join(home, ".config/opencode"), join(home, ".codex")]) {
    mkdirSync(folder, { recursive: true });
  }
  const git = (...args: string[]) => execFileSync("git", ["-C", web, ...args], { stdio: "ignore" });
  git("init", "-b", "main");
  git("-c", "user.name=t", "-c", "user.email=t@t", "commit", "--allow-empty", "-m", "begin");
  chatModel = await startChatModel();
  codexModel = await startResponsesModel(answerOfCodex);
  writeFileSync(join(home, ".pi/agent/models.json"), JSON.stringify(piModels(chatModel.url)));
  writeFileSync(join(home, ".config/opencode/opencode.json"), JSON.stringify(opencodeConfig(chatModel.url)));
  writeFileSync(join(home, ".codex/config.toml"), codexConfig(codexModel.url));
});
afterAll(async () => {
  await chatModel?.[Symbol.asyncDispose]();
  await codexModel?.close();
  rmSync(home, { recursive: true, force: true });
});

const piModels = (baseUrl: string) => ({
  providers: {
    scripted: {
      ...{ baseUrl, api: "openai-completions", apiKey: "none", compat: { supportsDeveloperRole: false } },
      models: [
        {
          ...{ id: "m", contextWindow: 200_000, maxTokens: 40_000 },
          cost: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
        },
      ],
    },
  },
});

const opencodeConfig = (baseURL: string) => ({
  model: "scripted/m",
  small_model: "scripted/m",
  provider: {
    scripted: {
      npm: "@ai-sdk/openai-compatible",
      options: { baseURL, apiKey: "none" },
      models: { m: { tool_call: true, limit: { context: 200_000, output: 40_000 } } },
    },
  },
});

const codexConfig = (url: string) => `
model = "gpt-5.5"
model_provider = "scripted"
check_for_update_on_startup = false
[model_providers.scripted]
name = "Scripted"
base_url = "${url}"
wire_api = "responses"
[analytics]
enabled = false
`;

/** The same markers as the other engines' model reads. */
function answerOfCodex({ prompts, input }: ModelCall) {
  const [, name, argument = ""] = /\[\[(\w+) ?(.*?)\]\]/s.exec(prompts.at(-1) ?? "") ?? [];
  const isAfterTool = JSON.stringify(input.at(-1)).includes("call_output");
  if (name === "shell" && !isAfterTool) return reply(shell(argument));
  if (name === "long") return reply(text(longText(Number(argument))));
  return reply(text(name === "say" ? argument : "All done."));
}

function setUp(defaultEngine: string, tables = ""): Promise<Stage> {
  return stage({
    engines,
    defaultEngine,
    waitMs: RUN_TIMEOUT_MS,
    env: {
      HOME: home,
      PI_OFFLINE: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    },
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
path = "${web}"
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
    expect(existsSync(join(web, `.worktrees/feat/${engine}/made-by-${engine}`))).toBe(true);
  });

  test("is stopped in the middle of a command with no process left, and goes on afterwards", async () => {
    const { say, botSays, outcomeOf, emulator, store } = await setUp(engine);
    const id = say(`/web [[shell touch begun-${engine}; sleep 300]]`);
    // opencode tells of a command only when it has ended.
    await vi.waitUntil(() => existsSync(join(web, `begun-${engine}`)), { timeout: RUN_TIMEOUT_MS, interval: 100 });
    const progress = await botSays(/^working/);
    const data = /stop:[a-z0-9]+/.exec(JSON.stringify(progress.reply_markup))?.[0] ?? "";
    emulator.press({ chatId: emulator.privateChatId, messageId: progress.message_id, data });
    const cancelled = await outcomeOf(id);
    expect(textOf(cancelled)).toMatch(new RegExp(`^cancelled · ${engine}`));
    for (const run of store().runs.recent(10)) expect(await markedProcesses(run.id)).toEqual([]);
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
