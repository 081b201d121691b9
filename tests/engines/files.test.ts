import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { photo } from "../helpers/pictures.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { engineCommand } from "./pinned.ts";

vi.setConfig({ testTimeout: RUN_TIMEOUT_MS, hookTimeout: RUN_TIMEOUT_MS });

let home: EnginesHome;

beforeAll(async () => {
  home = await makeEnginesHome();
});
afterAll(() => home?.[Symbol.asyncDispose]());

const setUp = (engine: string) =>
  stage({
    ...{ engines, defaultEngine: engine, waitMs: RUN_TIMEOUT_MS, env: home.env },
    tables: `
[pi]
cmd = "${engineCommand("pi")}"
provider = "scripted"
model = "m"
[codex]
cmd = "${engineCommand("codex")}"
sandbox = "read-only"
[opencode]
cmd = "${engineCommand("opencode")}"
env_passthrough = ["OPENCODE_DISABLE_*"]
[claude]
cmd = "${engineCommand("claude")}"
env = ${JSON.stringify(home.claudeEnv).replaceAll('":"', '" = "')}
[projects.web]
path = "${home.web}"
`,
  });

let colour = 0;

describe.each(["codex", "opencode", "pi", "claude"])("%s", (engine) => {
  test("shows its model photos, headless", async () => {
    const { emulator, outcomeOf } = await setUp(engine);
    const show = async (caption: string, replyTo?: number) => {
      const sent = photo(++colour);
      const more = { chatId: emulator.privateChatId, caption, ...(replyTo !== undefined && { replyTo }) };
      const answer = await outcomeOf(emulator.sendPhoto({ ...more, photo: sent }).message_id);
      expect(home.sentToModel()).toContain(sent.data.toString("base64"));
      return answer;
    };
    const first = await show("/web [[say Seen.]]");
    expect(textOf(first)).toMatch(/^done[\s\S]*Seen\./);
    expect(textOf(await show("[[say Seen again.]]", first.message_id))).toMatch(/^done[\s\S]*Seen again\./);
  });
});
