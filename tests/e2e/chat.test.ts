import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Message, MessageOrigin, Update } from "@grammyjs/types";
import { describe, expect, test } from "vitest";
import { operations } from "../../src/operations/index.ts";
import { stage, textOf } from "../helpers/bridge.ts";

const ANN = { id: 7, is_bot: false, first_name: "Ann" };
const forward: MessageOrigin = { type: "user", date: 1_700_000_000, sender_user: ANN };
const STRANGER = { id: 666, is_bot: false, first_name: "Stranger" };

describe("the chat", () => {
  test("is silent towards strangers, in messages and presses, and logs one line each", async () => {
    const { say, outcomeOf, emulator, log } = await stage();
    emulator.addPrivateChat(STRANGER);
    emulator.sendText({ chatId: STRANGER.id, from: STRANGER, text: "hi" });
    emulator.sendText({ chatId: emulator.groupId, from: STRANGER, text: "hi" });
    const done = await outcomeOf(say("session\nanswer yes\ndone"));
    const press = emulator.press({
      chatId: emulator.privateChatId,
      messageId: done.message_id,
      data: "stop:x",
      from: STRANGER,
    });
    await outcomeOf(say("session\nanswer again\ndone"));
    expect(emulator.messages(STRANGER.id).filter(({ from }) => from?.is_bot)).toEqual([]);
    expect(emulator.messages(emulator.groupId).filter(({ from }) => from?.is_bot)).toEqual([]);
    expect(emulator.answerTo(press)).toBeUndefined();
    expect(log.filter(({ event }) => event === "update.stranger")).toHaveLength(3);
  });

  test("answers /start and /help with what can be done here, and unknown commands with a hint", async () => {
    const { say, botSays, emulator } = await stage({ tables: '[projects.web]\npath = "."' });
    say("/start");
    const help = textOf(await botSays(/^Send me a task/));
    for (const part of ["/alpha", "/beta", "/web", "/cancel", "(default here: alpha)"]) expect(help).toContain(part);
    for (const { name } of operations) expect(help, "every command is named").toContain(`/${name}`);
    expect(help.split("\n").length).toBeLessThan(30);
    say("/agent beta");
    await botSays(/^New sessions of this chat use beta/);
    say("/help");
    await botSays(/^Send me a task[\s\S]*\(default here: beta\)/);
    say("/frobnicate now");
    expect(textOf(await botSays(/I do not know/))).toContain("/frobnicate");
    expect(
      emulator.messages(emulator.privateChatId).some((message) => /^(starting|working|done)/.test(textOf(message))),
    ).toBe(false);
  });

  test("runs an update once, however often it is delivered", async () => {
    const { say, outcomeOf, emulator, store } = await stage();
    const id = say("session\nanswer once\ndone");
    await outcomeOf(id);
    const message = emulator.message(emulator.privateChatId, id);
    if (!message) throw new Error("the prompt is gone");
    emulator.pushUpdate({ message: message as NonNullable<Update["message"]> });
    await outcomeOf(say("session\nanswer twice\ndone"));
    expect(store().runs.recent(10)).toHaveLength(2);
  });

  test("joins forwards of one batch to their prompt, in order", async () => {
    const { outcomeOf, emulator } = await stage({ telegram: "forward_coalesce_s = 0.2" });
    const chatId = emulator.privateChatId;
    const [prompt] = emulator.sendBatch([
      { chatId, text: "what do they say?" },
      { chatId, text: "first", forward },
      { chatId, text: "second", forward },
    ]);
    expect(textOf(await outcomeOf(prompt?.message_id ?? 0))).toContain(
      "You said: what do they say?\n\nfirst\n\nsecond",
    );
  });

  test("loses no forward that comes after its prompt has done something", async () => {
    const { say, outcomeOf, botSays, emulator, directory } = await stage({ telegram: "forward_coalesce_s = 10" });
    const first = say(`session\nstepped npm test\nuntil ${directory}/release\nanswer one\ndone`);
    await botSays(/npm test/);
    const late = emulator.sendText({
      chatId: emulator.privateChatId,
      text: "late",
      forward,
    });
    writeFileSync(join(directory, "release"), "");
    const answer = await outcomeOf(first);
    // What is no forward ends the wait for more of them.
    say("session\nanswer two\ndone");
    const session = /alpha resume \S+/.exec(textOf(answer))?.[0] ?? "none";
    expect(textOf(await botSays(/You said: late/))).toContain(session);
    expect(late.message_id).toBeGreaterThan(first);
  });

  test("keeps forwards without a prompt for the next message", async () => {
    const { say, outcomeOf, botSays, emulator } = await stage();
    emulator.sendText({ chatId: emulator.privateChatId, text: "look at this", forward });
    await botSays(/^Kept\./);
    expect(textOf(await outcomeOf(say("what is it?")))).toContain("You said: what is it?\n\nlook at this");
  });

  test("joins the parts of a split paste", async () => {
    const { outcomeOf, emulator, store } = await stage({ telegram: "forward_coalesce_s = 2" });
    const chatId = emulator.privateChatId;
    const long = "x".repeat(4000);
    const [first] = emulator.sendBatch([
      { chatId, text: `a${long}` },
      { chatId, text: "the end" },
    ]);
    await outcomeOf(first?.message_id ?? 0);
    const [run, ...others] = store().runs.recent(10);
    expect(run?.prompt).toBe(`a${long}\nthe end`);
    expect(others).toEqual([]);
  });

  test("keeps to the topic that it was asked in", async () => {
    const { say, outcomeOf, emulator } = await stage();
    const [topic] = emulator.topicIds;
    if (topic === undefined) throw new Error("the group has no topics");
    const id = say("session\nanswer here\ndone", { chatId: emulator.groupId, threadId: topic });
    const answer = await outcomeOf(id, emulator.groupId);
    expect(answer.message_thread_id).toBe(topic);
  });

  test("says what it cannot read, and answers also if a reply's target is gone", async () => {
    const { say, outcomeOf, botSays, emulator } = await stage();
    say("", { more: { dice: { emoji: "🎲", value: 3 } } });
    await botSays(/cannot read a sticker yet/);
    const told = emulator.calls("sendMessage").find(({ payload }) => /cannot read/.test(String(payload["text"])));
    expect(told?.payload["disable_notification"]).toBe(true);
    const id = say("session\nanswer still here\ndone");
    emulator.deleteMessage(emulator.privateChatId, id);
    expect(textOf(await botSays(/^done[\s\S]*still here/))).toContain("still here");
    expect((await outcomeOf(say("session\nanswer next\ndone"))).text).toContain("next");
  });

  test("continues by itself if session_mode is chat, and begins a new session after /new", async () => {
    const { say, outcomeOf, botSays } = await stage({ telegram: 'session_mode = "chat"' });
    const sessionOf = async (id: number) => /alpha resume \S+/.exec(textOf(await outcomeOf(id)))?.[0];
    const first = await sessionOf(say("session\nanswer one\ndone"));
    expect(await sessionOf(say("session\nanswer two\ndone"))).toBe(first);
    say("/new");
    await botSays(/begins a new session/);
    expect(await sessionOf(say("session\nanswer three\ndone"))).not.toBe(first);
  });

  test("keeps one thread if three messages come before its session is known", async () => {
    const { say, outcomeOf, botSays, directory } = await stage({ telegram: 'session_mode = "chat"' });
    const gate = join(directory, "go");
    const ids = [say(`until ${gate}\nsession\nanswer one\ndone`)];
    for (const word of ["two", "three"]) ids.push(say(`session\nanswer ${word}\ndone`));
    await botSays(/place 2/);
    writeFileSync(gate, "");
    const texts = (await Promise.all(ids.map((id) => outcomeOf(id)))).map(textOf);
    expect(texts.map((text) => /\b(one|two|three)\b/.exec(text)?.[0])).toEqual(["one", "two", "three"]);
    expect(new Set(texts.map((text) => /alpha resume \S+/.exec(text)?.[0])).size).toBe(1);
  });

  test("hides resume lines if the next message continues by itself, and a reply still finds its thread", async () => {
    const { say, outcomeOf, botSays } = await stage({ telegram: 'session_mode = "chat"\nshow_resume_line = false' });
    const copied = ({ reply_markup }: Message) => /alpha resume s[^"]+/.exec(JSON.stringify(reply_markup))?.[0];
    const first = await outcomeOf(say("session\nanswer one\ndone"));
    expect(textOf(first)).not.toContain("alpha resume");
    expect(copied(first)).toBeDefined();
    say("/new");
    await botSays(/begins a new session/);
    expect(copied(await outcomeOf(say("session\nanswer two\ndone")))).not.toBe(copied(first));
    const next = await outcomeOf(say("session\nanswer three\ndone", { replyTo: first.message_id }));
    expect(copied(next)).toBe(copied(first));
  });

  test("says that it is ready before it begins what waited for it", async () => {
    const { emulator, botSays } = await stage({
      prepare: async (_, { privateChatId: chatId, sendText }) =>
        void sendText({ chatId, text: "session\nanswer x\ndone" }),
    });
    await botSays(/^done/);
    const [first] = emulator.calls("sendMessage");
    expect(first?.payload["text"]).toMatch(/is ready/);
  });

  test("sets the menu and tells the main chat what is there", async () => {
    const { botSays, emulator } = await stage({ tables: '[projects.web]\npath = "."' });
    await botSays(/is ready[\s\S]*alpha 1\.0\.0[\s\S]*web/);
    await emulator.waitFor(() => emulator.calls("deleteMyCommands").length === 1);
    const calls = emulator.calls("setMyCommands");
    for (const name of ["alpha", "beta", "web", "cancel", "new", "help"])
      expect(JSON.stringify(calls[0]?.payload)).toContain(`"${name}"`);
    // Strangers are not told what projects there are.
    const scopes = calls.map(({ payload }) => payload["scope"]);
    expect(scopes).toContainEqual({ type: "chat", chat_id: emulator.privateChatId });
    expect(scopes).toEqual(scopes.map(() => expect.objectContaining({ type: "chat" })));
  });

  test("keeps the bot's token out of the log, whatever the network does", async () => {
    const { say, outcomeOf, emulator, log } = await stage();
    emulator.fail("sendMessage", { type: "reset_before" }, 2);
    await outcomeOf(say("session\nanswer through\ndone"));
    expect(
      JSON.stringify(log, (_, value) => (value instanceof Error ? `${value.stack}${String(value.cause)}` : value)),
    ).not.toContain(emulator.token);
  });
});
