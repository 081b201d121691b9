import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMessagesModel } from "./models/anthropic-messages.ts";
import { startChatModel } from "./models/openai-chat.ts";
import { type ModelCall, startResponsesModel } from "./models/openai-responses.ts";
import { type Reply, reply, shell, text } from "./models/responses-reply.ts";
import { longText, type ToolUse, toToolUse } from "./models/script.ts";
import { layOpencodeFolder } from "./opencode-folder.ts";

/**
 * A home directory in which each of the real engines knows the scripted model, which reads markers in prompts. Those
 * that can have commands of the person's own have `/greet-all`.
 */
export interface EnginesHome extends AsyncDisposable {
  /** A git repository. */
  readonly web: string;
  /** What the bridge's environment needs beside the defaults. */
  readonly env: Record<string, string>;
  /** The `claude.env` that leads to its scripted model. Other engines would take the key for their own. */
  readonly claudeEnv: Record<string, string>;
  /** All that the models got so far, as JSON. */
  sentToModel(): string;
}

export async function makeEnginesHome(): Promise<EnginesHome> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "takopi-engines-")));
  const web = join(home, "web");
  const opencode = join(home, ".config/opencode");
  for (const folder of [web, join(home, ".pi/agent"), join(home, ".codex")]) mkdirSync(folder, { recursive: true });
  layOpencodeFolder(opencode);
  for (const folder of [".pi/agent/prompts", ".claude/commands", ".config/opencode/command"]) {
    mkdirSync(join(home, folder), { recursive: true });
    writeFileSync(join(home, folder, "greet-all.md"), "[[say Hello $ARGUMENTS]]\n");
  }
  const git = (...args: string[]) => execFileSync("git", ["-C", web, ...args], { stdio: "ignore" });
  git("init", "-b", "main");
  git("-c", "user.name=t", "-c", "user.email=t@t", "commit", "--allow-empty", "-m", "begin");
  const chatModel = await startChatModel();
  const messagesModel = await startMessagesModel();
  const codexModel = await startResponsesModel(answerOfCodex);
  writeFileSync(join(home, ".pi/agent/models.json"), JSON.stringify(piModels(chatModel.url)));
  writeFileSync(join(opencode, "opencode.json"), JSON.stringify(opencodeConfig(chatModel.url)));
  writeFileSync(join(home, ".codex/config.toml"), codexConfig(codexModel.url));
  return {
    web,
    env: {
      HOME: home,
      PI_OFFLINE: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    },
    claudeEnv: {
      ANTHROPIC_BASE_URL: messagesModel.url,
      ANTHROPIC_API_KEY: "scripted",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      CLAUDE_CODE_MAX_RETRIES: "1",
    },
    sentToModel: () => JSON.stringify([chatModel.requests, codexModel.calls, messagesModel.requests]),
    [Symbol.asyncDispose]: async () => {
      await chatModel[Symbol.asyncDispose]();
      await messagesModel[Symbol.asyncDispose]();
      await codexModel.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

const piModels = (baseUrl: string) => ({
  providers: {
    scripted: {
      ...{ baseUrl, api: "openai-completions", apiKey: "none", compat: { supportsDeveloperRole: false } },
      models: [
        {
          ...{ id: "m", input: ["text", "image"], contextWindow: 200_000, maxTokens: 40_000 },
          cost: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
        },
      ],
    },
  },
});

const SEES = { attachment: true, modalities: { input: ["text", "image"], output: ["text"] } };

const opencodeConfig = (baseURL: string) => ({
  model: "scripted/m",
  small_model: "scripted/m",
  provider: {
    scripted: {
      npm: "@ai-sdk/openai-compatible",
      options: { baseURL, apiKey: "none" },
      models: { m: { ...SEES, tool_call: true, limit: { context: 200_000, output: 40_000 } } },
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

const refuse = (status: number): Reply => ({
  ...{ type: "refusal", status },
  error: { message: `scripted failure ${status}`, type: "invalid_request_error" },
});

/** Codex has the tools of MCP servers in namespaces, and offers them only to those who look for them. */
function callOf({ name, args }: ToolUse, last: string) {
  const [, namespace, own] = /^(mcp__\w+?)__(\w+)$/.exec(name) ?? [];
  if (namespace === undefined || own === undefined) return reply({ type: "call", name, args });
  if (!last.includes("tool_search_output")) return reply({ type: "find", query: own.replaceAll("_", " ") });
  return reply({ type: "call", namespace, name: own, args });
}

/** The same markers as the other engines' model reads. */
function answerOfCodex({ prompts, input }: ModelCall) {
  const [, name, argument = ""] = /\[\[(\w+) ?(.*?)\]\]/s.exec(prompts.at(-1) ?? "") ?? [];
  const last = JSON.stringify(input.at(-1));
  const isAfterTool = last.includes("call_output");
  if (name === "shell" && !isAfterTool) return reply(shell(argument));
  if (name === "tool" && !isAfterTool) return callOf(toToolUse(argument), JSON.stringify(input.at(-1)));
  if (name === "fail") return refuse(Number(argument));
  if (name === "long") return reply(text(longText(Number(argument))));
  if (isAfterTool) return reply(text(`Results: ${last}`));
  return reply(text(name === "say" ? argument : "All done."));
}
