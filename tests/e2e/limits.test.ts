import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { type Stage, stage, textOf } from "../helpers/bridge.ts";

/** Presses a button of the message that `matches`; the answer's text. */
async function press({ botSays, emulator }: Stage, matches: RegExp, action: string): Promise<string | undefined> {
  const message = await botSays(matches);
  const data = new RegExp(`${action}:[a-z0-9]+`).exec(JSON.stringify(message.reply_markup))?.[0] ?? "";
  const id = emulator.press({ chatId: emulator.privateChatId, messageId: message.message_id, data });
  return (await emulator.waitFor(() => emulator.answerTo(id))).text;
}

describe("a limit", () => {
  test("on waiting tasks is told with its number and key, and what waits goes on waiting", async () => {
    const { say, botSays } = await stage({ tables: "[limits]\nparallel_runs = 1\nqueued_runs = 1" });
    say("session\nhang");
    await botSays(/^working/);
    say("session\nanswer second\ndone");
    await botSays(/^queued/);
    const refused = say("session\nanswer third\ndone");
    const reply = await botSays(/limits\.queued_runs is 1/);
    expect(reply.reply_to_message?.message_id).toBe(refused);
    await botSays(/^queued/);
  });

  test("on a prompt's size is told with its number and key", async () => {
    const { say, botSays } = await stage({ tables: "[limits]\nprompt_chars = 100" });
    say("x".repeat(101));
    expect(textOf(await botSays(/limits\.prompt_chars/))).toContain("101 characters; limits.prompt_chars allows 100");
  });

  test("on a day's cost pauses what comes after it until somebody says yes, also over a restart", async () => {
    const setting = await stage({ tables: "[limits]\ndaily_cost_usd = 1" });
    const { say, outcomeOf, botSays } = setting;
    await outcomeOf(say("session\ncost 1.5\nanswer dear\ndone"));
    const second = say("session\nanswer second\ndone");
    expect(textOf(await botSays(/^paused/))).toMatch(/\$1\.50; limits\.daily_cost_usd is \$1\.00/);
    await setting.stop();
    setting.start();
    await setting.emulator.waitFor(() => setting.log.filter(({ event }) => event === "bridge.recovered").length > 0);
    expect(await press(setting, /^paused/, "run")).toBe("Running it.");
    expect(textOf(await outcomeOf(second))).toContain("second");
    const isPaused = () =>
      setting.emulator.messages(setting.emulator.privateChatId).some((m) => /^paused/.test(textOf(m)));
    await setting.emulator.waitFor(() => !isPaused());
    const third = say("session\nanswer third\ndone");
    expect(await press(setting, /^paused/, "stop")).toBe("Dropped from the queue.");
    expect(textOf(await outcomeOf(third))).toMatch(/^cancelled/);
  });
});

test("show_usage puts what a run used under its answer", async () => {
  const { say, outcomeOf } = await stage({ telegram: "show_usage = true" });
  const answer = await outcomeOf(say("session\ncost 0.04\nanswer dear\ndone"));
  expect(textOf(answer)).toMatch(/\n\n1k tokens · \$0\.04\nalpha resume \S+$/);
  expect(textOf(await outcomeOf(say("session\nanswer free\ndone")))).not.toContain("tokens");
});

test("/usage tells runs, tokens and cost of today and the week, by engine and project", async () => {
  const { say, outcomeOf, botSays } = await stage({ tables: '[projects.web]\npath = "."' });
  await outcomeOf(say("session\ncost 0.25\nanswer a\ndone"));
  await outcomeOf(say("/beta /web session\ncost 0.5\nanswer b\ndone"));
  say("/usage");
  const text = textOf(await botSays(/^Today/));
  expect(text).toMatch(/^Today: 2 runs, 2,468 tokens, \$0\.75\nLast 7 days: 2 runs, 2,468 tokens, \$0\.75/);
  expect(text).toMatch(/beta: 1 run, 1,234 tokens, \$0\.50[\s\S]*alpha: 1 run, 1,234 tokens, \$0\.25/);
  expect(text).toMatch(/web: 1 run[\s\S]*no project: 1 run/);
});

describe("a changed config", () => {
  const change = ({ directory }: Stage, edit: (text: string) => string) => {
    const file = join(directory, "takopi.toml");
    writeFileSync(file, edit(readFileSync(file, "utf8")));
  };

  test("is in force at once if watch_config is set; the token's change waits for a restart", async () => {
    const setting = await stage({ top: "watch_config = true" });
    change(setting, (text) => `${text.replace('bot_token = "', 'bot_token = "1')}\n[projects.shop]\npath = "."\n`);
    await setting.botSays(/transports\.telegram\.bot_token takes a restart/);
    expect(textOf(await setting.outcomeOf(setting.say("/shop session\nanswer sold\ndone")))).toContain("ctx: shop");
  });

  test("that is broken is told, and the one before stays", async () => {
    const setting = await stage({ top: "watch_config = true", tables: '[projects.web]\npath = "."' });
    change(setting, (text) => `${text}\n[limits]\nparalel_runs = 3\n`);
    await setting.botSays(/^The changed config is not used: [\s\S]*did you mean parallel_runs/);
    expect(textOf(await setting.outcomeOf(setting.say("/web session\nanswer on\ndone")))).toContain("ctx: web");
  });

  test("that would open the group of the running bridge is not used, whatever chat it names", async () => {
    const setting = await stage({ top: "watch_config = true" });
    const { privateChatId, groupId } = setting.emulator;
    // In force: the group is the main chat, and one person may use it.
    change(setting, (text) => text.replace(/chat_id = \d+/, `chat_id = ${groupId}`).replace(/allowed_chat_ids.*/, ""));
    await setting.stop();
    setting.start();
    await setting.outcomeOf(setting.say("session\nanswer first\ndone", { chatId: groupId }), groupId);
    change(setting, (text) =>
      text.replace(/chat_id = -\d+/, `chat_id = ${privateChatId}`).replace(/allowed_user_ids.*/, ""),
    );
    await setting.botSays(/^The changed config is not used: .*chat_id -\d+ is a group/, groupId);
  });

  test("that is gone, or cannot be read, is told, and the one before stays, though another is found", async () => {
    const setting = await stage({ top: "watch_config = true", tables: '[projects.web]\npath = "."' });
    rmSync(join(setting.directory, "takopi.toml"));
    await setting.botSays(/^The changed config is not used: Missing config file/);
    mkdirSync(join(setting.directory, "takopi.toml"));
    await setting.botSays(/^The changed config is not used: Config path .* is not a file/);
    expect(textOf(await setting.outcomeOf(setting.say("/web session\nanswer on\ndone")))).toContain("ctx: web");
  });
});

test("an update that cannot be read is set aside, told to the main chat once, and holds nothing up", async () => {
  const { emulator, say, outcomeOf, botSays } = await stage();
  const chat = { id: emulator.privateChatId };
  emulator.pushUpdate({ message: { message_id: 5, chat, from: { id: emulator.person.id }, text: 7 } } as never);
  const id = say("session\nanswer after\ndone");
  expect(textOf(await outcomeOf(id))).toContain("after");
  await botSays(/set aside \(ref u\d+\)/);
  const told = emulator.messages(emulator.privateChatId).filter((message) => /set aside/.test(textOf(message)));
  expect(told).toHaveLength(1);
  await vi.waitFor(() => expect(emulator.waitingUpdates()).toBe(0), { timeout: 30_000 });
});
