import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PiOptions } from "../../runners/pi/options.ts";
import { type ChatModel, startChatModel } from "./models/openai-chat.ts";
import { engineCommand } from "./pinned.ts";

/** A home directory in which pi knows one model, the scripted one. */
export interface PiHome extends AsyncDisposable {
  readonly root: string;
  /** The directory to work in; `other`, beside it, is another. */
  readonly repo: string;
  readonly model: ChatModel;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly options: PiOptions;
}

export async function makePiHome(): Promise<PiHome> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "takopi-pi-")));
  const repo = join(root, "repo");
  for (const folder of [repo, join(root, "other"), join(root, ".pi/agent")]) mkdirSync(folder, { recursive: true });
  const model = await startChatModel();
  writeFileSync(join(root, ".pi/agent/models.json"), JSON.stringify(toModels(model.url)));
  return {
    root,
    repo,
    model,
    env: { PATH: process.env["PATH"], HOME: root, PI_OFFLINE: "1", PWD: "/" },
    options: { cmd: engineCommand("pi"), provider: "scripted", model: "m" },
    [Symbol.asyncDispose]: async () => {
      await model[Symbol.asyncDispose]();
      rmSync(root, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

/** Dollars per million tokens. pi reads nothing of a models.json in which one of the four is missing. */
const PRICES = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };

const toModels = (baseUrl: string) => ({
  providers: {
    scripted: {
      baseUrl,
      api: "openai-completions",
      apiKey: "none",
      compat: { supportsDeveloperRole: false },
      models: [{ id: "m", contextWindow: 200_000, maxTokens: 4000, cost: PRICES }],
    },
  },
});
