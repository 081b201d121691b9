import { describe, expect, test } from "vitest";
import { buttonsOf } from "../helpers/asking.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { stageLive } from "../helpers/live-stage.ts";
import { photo } from "../helpers/pictures.ts";

const TOPICS = '[transports.telegram.topics]\nenabled = true\nscope = "all"';
const FACTS = "session\nmodel\neffort\ndone";

describe("the engine of a conversation", () => {
  test("is the topic's before the chat's before the project's before the config's, over a restart", async () => {
    const tables = '[projects.web]\npath = "."\ndefault_engine = "beta"';
    const { say, botSays, outcomeOf, stop, start, emulator } = await stage({ telegram: TOPICS, tables });
    const [threadId = 0] = emulator.topicIds;
    const chatId = emulator.groupId;
    emulator.setAdmin(chatId, emulator.person.id, true);
    const engineOf = async (text: string, more = {}) =>
      / · (\w+) · /.exec(textOf(await outcomeOf(say(text, { chatId, ...more }), chatId)))?.[1];
    expect(await engineOf("answer a\ndone")).toBe("alpha");
    expect(await engineOf("/web answer a\ndone")).toBe("beta");
    say("/agent set alpha", { chatId });
    await botSays(/^New sessions of this chat use alpha from now on\.$/, chatId);
    expect(await engineOf("/web answer b\ndone")).toBe("alpha");
    say("/agent beta", { chatId, threadId });
    await botSays(/^New sessions of this topic use beta/, chatId);
    await stop();
    start();
    expect(await engineOf("/web answer c\ndone", { threadId })).toBe("beta");
    expect(await engineOf("/web answer c\ndone")).toBe("alpha");
    expect(await engineOf("/beta answer d\ndone")).toBe("beta");
    say("/agent clear", { chatId });
    await botSays(/^New sessions of this chat use alpha from now on/, chatId);
    expect(await engineOf("/web answer e\ndone")).toBe("beta");
  });

  test("that is not there is refused with those that are", async () => {
    const { say, botSays } = await stage();
    say("/agent set gamma");
    await botSays(/^There is no engine gamma here; there are alpha, beta\.$/);
  });
});

describe("model and reasoning", () => {
  test("reach the run, also if it resumes; a session's own model comes first; /ctx says where each is from", async () => {
    const { say, botSays, outcomeOf } = await stage({ tables: '[alpha]\nmodel = "from-config"' });
    const first = await outcomeOf(say(FACTS));
    expect(textOf(first)).toContain("model=from-configeffort=");
    say("/model set of-chat");
    await botSays(/^From its next task on alpha in this chat uses of-chat\.$/);
    say("/reasoning set high");
    await botSays(/^From its next task on alpha thinks here at level high\.$/);
    const second = await outcomeOf(say(FACTS, { replyTo: first.message_id }));
    expect(textOf(second)).toContain("model=of-chateffort=high");
    say("/model of-session", { replyTo: first.message_id });
    await botSays(/^From its next task on this session uses of-session\.$/);
    expect(textOf(await outcomeOf(say(FACTS, { replyTo: second.message_id })))).toContain(
      "model=of-sessioneffort=high",
    );
    expect(textOf(await outcomeOf(say(FACTS)))).toContain("model=of-chateffort=high");
    say("/ctx");
    const ctx = textOf(await botSays(/^Where this chat works/));
    expect(ctx).toContain("engine: alpha (from the config)");
    expect(ctx).toContain("model: of-chat (chosen for this chat)");
    expect(ctx).toContain("reasoning: high (chosen for this chat)");
    say("/model clear");
    await botSays(/^From its next task on alpha in this chat uses from-config\.$/);
    expect(textOf(await outcomeOf(say(FACTS)))).toContain("model=from-configeffort=high");
  });

  test("are each engine's own", async () => {
    const { say, botSays, outcomeOf } = await stage();
    say("/model set beta small");
    await botSays(/^From its next task on beta in this chat uses small\.$/);
    expect(textOf(await outcomeOf(say(FACTS)))).toMatch(/model=effort=/);
    expect(textOf(await outcomeOf(say(`/beta ${FACTS}`)))).toContain("model=small");
  });

  test("take no level that the engine lacks", async () => {
    const { say, botSays } = await stage();
    say("/reasoning enormous");
    await botSays(/^alpha has no level enormous; it has low, high\.$/);
  });
});

test("settings are buttons that change their own message, with the present value marked", async () => {
  const { say, botSays, press, emulator, outcomeOf } = await stage();
  say("/settings");
  const { chat, message_id } = await botSays(/^Settings of this chat/);
  const now = () => emulator.message(chat.id, message_id);
  const labels = () => buttonsOf(now()).map(({ text }) => text);
  const shows = (text: RegExp) =>
    emulator.waitFor(() => {
      const message = now();
      return message && text.test(textOf(message)) ? message : undefined;
    });
  expect(labels()).toEqual([
    "Project: not set",
    "Engine: alpha",
    "Model: not set",
    "Reasoning: not set",
    "New session",
  ]);
  await press(await shows(/^Settings/), "Engine: alpha");
  await press(await shows(/^Engine of new sessions/), "beta");
  await shows(/^New sessions of this chat use beta/);
  expect(labels()).toEqual(["alpha", "✓ beta", "Default", "‹ Settings"]);
  await press(await shows(/^New sessions/), "‹ Settings");
  await shows(/^Settings of this chat/);
  expect(labels()[1]).toBe("Engine: beta");
  expect(textOf(await outcomeOf(say("answer a\ndone")))).toContain("· beta ·");
});

test("models are buttons, in pages, with the present one marked", async () => {
  const { say, botSays, press, emulator, outcomeOf } = await stageLive({ defaultEngine: "codex" });
  say("/model");
  const shown = await botSays(/^Model of Codex in this chat: not set \(the engine's own\)\./);
  expect(await press(shown, "small")).toBe("Working on it.");
  const changed = await emulator.waitFor(() => {
    const now = emulator.message(shown.chat.id, shown.message_id);
    return now && /^From its next task on Codex in this chat uses small/.test(textOf(now)) ? now : undefined;
  });
  expect(buttonsOf(changed).map(({ text }) => text)).toContain("✓ small");
  expect(textOf(await outcomeOf(say("model")))).toContain("model=small");
});

describe("a group", () => {
  test("lets only its administrators change settings, and everybody see them", async () => {
    const { say, botSays, emulator } = await stage();
    const chatId = emulator.groupId;
    say("/agent set beta", { chatId });
    await botSays(/^Only administrators of this group may change its settings\.$/, chatId);
    say("/agent", { chatId });
    await botSays(/^Engine of new sessions in this chat: alpha/, chatId);
    emulator.setAdmin(chatId, emulator.person.id, true);
    say("/agent set beta", { chatId });
    await botSays(/^New sessions of this chat use beta/, chatId);
    emulator.fail("getChatMember", { type: "bad_request", reason: "user not found" });
    say("/agent set alpha", { chatId });
    await botSays(/^Telegram did not say whether you are an administrator here: try again\.$/, chatId);
  });

  test("in which only mentions count is not answered otherwise", async () => {
    const { say, botSays, outcomeOf, emulator, store } = await stage({ telegram: TOPICS });
    const chatId = emulator.groupId;
    const [threadId = 0] = emulator.topicIds;
    const bot = emulator.bot.username;
    emulator.setAdmin(chatId, emulator.person.id, true);
    say("/trigger mentions", { chatId });
    await botSays(/^From now on in this chat, only a message that mentions the bot/, chatId);
    say("lunch?", { chatId });
    emulator.sendBatch([
      { chatId, photo: { name: "a.png", mimeType: "image/png", data: Buffer.from("\x89PNG") }, caption: "my cat" },
      { chatId, text: "from afar", forward: { type: "hidden_user", sender_user_name: "X", date: 1 } },
    ]);
    const mention = say(`@${bot} answer one\ndone`, { chatId });
    const first = await outcomeOf(mention, chatId);
    await outcomeOf(say("answer two\ndone", { chatId, replyTo: first.message_id }), chatId);
    await outcomeOf(say("/beta answer three\ndone", { chatId }), chatId);
    const [part] = emulator.sendBatch(
      ["no word", `@${bot} which?`].map((caption) => ({ chatId, photo: photo(), mediaGroupId: "m", caption })),
    );
    expect(textOf(await outcomeOf(part?.message_id ?? 0, chatId))).toContain("which?");
    say("/trigger all", { chatId, threadId });
    await botSays(/^From now on in this topic, every message here is for the bot/, chatId);
    await outcomeOf(say("answer four\ndone", { chatId, threadId }), chatId);
    expect(store().runs.recent(10)).toHaveLength(5);
    const replied = emulator
      .messages(chatId)
      .filter(({ from }) => from?.is_bot)
      .map((one) => one.reply_to_message?.text);
    expect(replied).not.toContain("lunch?");
  });
});
