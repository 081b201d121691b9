import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { engineCommand } from "./pinned.ts";

vi.setConfig({ testTimeout: 2 * RUN_TIMEOUT_MS, hookTimeout: RUN_TIMEOUT_MS });

let home: EnginesHome;

beforeAll(async () => {
  home = await makeEnginesHome();
});
afterAll(() => home?.[Symbol.asyncDispose]());

const tables = {
  pi: 'provider = "scripted"\nmodel = "m"\napprovals = "ask"',
  codex: 'sandbox = "danger-full-access"',
  opencode: 'env_passthrough = ["OPENCODE_DISABLE_*"]',
} as const;

test.each(["pi", "codex", "opencode"] as const)(
  "a command of %s is allowed, and another denied, by a card",
  async (id) => {
    const { say, botSays, outcomeOf, emulator, store } = await stage({
      ...{ engines, defaultEngine: id, waitMs: RUN_TIMEOUT_MS, env: home.env },
      tables: `
[${id}]
cmd = "${engineCommand(id)}"
interactive = true
${tables[id]}
[projects.web]
path = "${home.web}"`,
    });
    for (const [label, file] of [
      ["Allow", `allowed-${id}`],
      ["Deny", `denied-${id}`],
    ] as const) {
      const task = say(`/web [[shell touch ${file}]]`);
      const card = await botSays(new RegExp(`^${id} wants to run.*${file}`, "s"));
      expect(card.reply_to_message?.message_id).toBe(task);
      expect(existsSync(join(home.web, file))).toBe(false);
      const button = card.reply_markup?.inline_keyboard.flat().find(({ text }) => text === label);
      const data = button && "callback_data" in button ? button.callback_data : "";
      const press = emulator.press({ chatId: card.chat.id, messageId: card.message_id, data });
      expect((await emulator.waitFor(() => emulator.answerTo(press), RUN_TIMEOUT_MS)).text).toMatch(
        /^(Allow|Deny)ing\.$/,
      );
      const outcome = textOf(await outcomeOf(task));
      expect(outcome).toMatch(new RegExp(`^done · ${id}`));
      expect(outcome.includes("1 step was denied.")).toBe(label === "Deny");
      expect(existsSync(join(home.web, file))).toBe(label === "Allow");
    }
    expect(
      store()
        .questions.recent(5)
        .map(({ reply, decidedBy }) => [reply, decidedBy]),
    ).toEqual([
      ["deny", "user"],
      ["allow", "user"],
    ]);
  },
);
