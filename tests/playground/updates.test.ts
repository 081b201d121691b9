import { HttpError } from "grammy";
import { describe, expect, test } from "vitest";
import { refusal, useEmulator } from "./harness.ts";

const current = useEmulator();
const say = (text: string) => current.emulator.sendText({ chatId: current.emulator.privateChatId, text });
const polling = () =>
  current.emulator.waitFor(() => current.emulator.calls("getUpdates").some(({ status }) => status === undefined));

test("an update is given again until a poll with a higher offset confirms it", async () => {
  const { api, emulator } = current;
  say("one");
  say("two");
  const first = await api.getUpdates();
  expect(first.map((update) => update.message?.text)).toEqual(["one", "two"]);
  expect(await api.getUpdates({ offset: first[0]?.update_id ?? 0 })).toEqual(first);
  expect(await api.getUpdates({ offset: (first[0]?.update_id ?? 0) + 1 })).toEqual(first.slice(1));
  expect(emulator.waitingUpdates()).toBe(1);
  expect(await api.getUpdates({ offset: (first[1]?.update_id ?? 0) + 1 })).toEqual([]);
});

test("a negative offset leaves the last updates and forgets those before", async () => {
  const { api } = current;
  for (const text of ["one", "two", "three"]) say(text);
  const last = await api.getUpdates({ offset: -1 });
  expect(last.map((update) => update.message?.text)).toEqual(["three"]);
  expect(await api.getUpdates()).toEqual(last);
});

test("a batch reaches a waiting poll as one", async () => {
  const { api, emulator } = current;
  const polled = api.getUpdates({ timeout: 30 });
  await polling();
  const chatId = emulator.privateChatId;
  emulator.sendBatch([
    { chatId, text: "look at this" },
    { chatId, text: "a log", forward: { type: "hidden_user", sender_user_name: "Kim", date: 1 } },
  ]);
  const updates = await polled;
  expect(updates).toHaveLength(2);
  expect(updates[1]?.message?.forward_origin).toMatchObject({ sender_user_name: "Kim" });
});

test("no more come at once than the poll asks for", async () => {
  say("one");
  say("two");
  expect(await current.api.getUpdates({ limit: 1 })).toHaveLength(1);
});

test("a second poll ends the first with a conflict and goes on itself", async () => {
  const { api, emulator } = current;
  const first = refusal(api.getUpdates({ timeout: 30 }));
  await polling();
  const second = api.getUpdates({ timeout: 30 });
  const conflict = await first;
  expect([conflict.error_code, conflict.description]).toEqual([
    409,
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
  ]);
  await emulator.waitFor(() => emulator.calls("getUpdates").length === 2);
  say("for the second");
  expect(await second).toHaveLength(1);
});

test("a poll whose client hung up conflicts with nobody", async () => {
  const { api, emulator } = current;
  const hangUp = new AbortController();
  const first = api.getUpdates({ timeout: 30 }, hangUp.signal as never).catch((error: unknown) => error);
  await polling();
  hangUp.abort();
  expect(await first).toBeInstanceOf(HttpError);
  await emulator.waitFor(() => emulator.calls("getUpdates")[0]?.status !== undefined);
  say("later");
  expect(await api.getUpdates({ timeout: 30 })).toHaveLength(1);
});

test("only the kinds that a poll allows are kept, and the list stays until it is changed", async () => {
  const { api } = current;
  await api.getUpdates({ allowed_updates: ["callback_query"] });
  say("not wanted");
  expect(await api.getUpdates()).toEqual([]);
  await api.getUpdates({ allowed_updates: [] });
  say("wanted");
  expect(await api.getUpdates()).toHaveLength(1);
});

test("a press reaches the bot with its message, and the answer reaches the person", async () => {
  const { api, emulator } = current;
  const sent = await api.sendMessage(emulator.privateChatId, "working", {
    reply_markup: { inline_keyboard: [[{ text: "Stop", callback_data: "stop:1" }]] },
  });
  const pressId = emulator.press({ chatId: sent.chat.id, messageId: sent.message_id, data: "stop:1" });
  const [update] = await api.getUpdates();
  expect(update?.callback_query).toMatchObject({
    id: pressId,
    data: "stop:1",
    message: { message_id: sent.message_id },
  });
  await api.answerCallbackQuery(pressId, { text: "Stopped." });
  expect(emulator.answerTo(pressId)).toEqual({ text: "Stopped." });
});

test("a person's edit comes as an edited message", async () => {
  const { api, emulator } = current;
  const said = say("frist");
  emulator.editText({ chatId: said.chat.id, messageId: said.message_id, text: "first" });
  const [, update] = await api.getUpdates();
  expect(update?.edited_message).toMatchObject({ message_id: said.message_id, text: "first" });
});

test("a message in a topic names its topic and, without a reply of its own, quotes the topic's first message", async () => {
  const { emulator } = current;
  const [threadId = 0] = emulator.topicIds;
  const said = emulator.sendText({ chatId: emulator.groupId, threadId, text: "here" });
  expect(said).toMatchObject({
    message_thread_id: threadId,
    is_topic_message: true,
    reply_to_message: { message_id: threadId, forum_topic_created: { name: "backend" } },
  });
  const answer = await current.api.sendMessage(emulator.groupId, "there", {
    reply_parameters: { message_id: said.message_id },
  });
  expect(answer.message_thread_id).toBe(threadId);
});

test("a quoted message quotes nothing further", () => {
  const { emulator } = current;
  const first = say("one");
  const second = emulator.sendText({ chatId: first.chat.id, text: "two", replyTo: first.message_id });
  const third = emulator.sendText({ chatId: first.chat.id, text: "three", replyTo: second.message_id });
  expect(third.reply_to_message).toMatchObject({ text: "two" });
  expect(third.reply_to_message).not.toHaveProperty("reply_to_message");
});

test("further chats can be added, and their ids are their own", async () => {
  const { api, emulator } = current;
  const kim = { id: 5, is_bot: false, first_name: "Kim" };
  emulator.addPrivateChat(kim);
  const topics = emulator.addGroup({ id: -100_5, title: "Plain group" });
  expect(topics).toEqual([]);
  const inPrivate = await api.sendMessage(kim.id, "hi");
  const inGroup = await api.sendMessage(-100_5, "hi");
  expect([inPrivate.message_id, inGroup.message_id]).toEqual([1, 1]);
});

test("a wait that is in vain tells what happened instead", async () => {
  const { api, emulator } = current;
  await api.sendMessage(emulator.privateChatId, "something else");
  const wait = emulator.waitFor(() => emulator.messages(emulator.privateChatId).length === 2, 1);
  await expect(wait).rejects.toThrow(/sendMessage.*something else[\s\S]*#1 Takopi: something else/);
});

describe("faults", () => {
  const send = () => current.api.sendMessage(current.emulator.privateChatId, "hi");
  const arrived = () => current.emulator.messages(current.emulator.privateChatId).length;

  test("a reset before the call leaves nothing behind", async () => {
    current.emulator.fail("sendMessage", { type: "reset_before" });
    await expect(send()).rejects.toBeInstanceOf(HttpError);
    expect(arrived()).toBe(0);
    await send();
    expect(arrived()).toBe(1);
  });

  test("a reset after the call loses only the answer", async () => {
    current.emulator.fail("sendMessage", { type: "reset_after" });
    await expect(send()).rejects.toBeInstanceOf(HttpError);
    expect(arrived()).toBe(1);
    expect(current.emulator.calls("sendMessage")).toMatchObject([{ status: "reset" }]);
  });

  test("a call that hangs takes no effect and ends with its client", async () => {
    const { api, emulator } = current;
    emulator.fail("sendMessage", { type: "hang" });
    const giveUp = new AbortController();
    const hung = api.sendMessage(emulator.privateChatId, "hi", {}, giveUp.signal as never);
    const ended = hung.catch((error: unknown) => error);
    await emulator.waitFor(() => emulator.calls("sendMessage")[0]?.status === "hung");
    giveUp.abort();
    expect(await ended).toBeInstanceOf(HttpError);
    expect(arrived()).toBe(0);
  });

  test("a bad gateway answers with HTML, which no client can read", async () => {
    current.emulator.fail("sendMessage", { type: "bad_gateway" });
    await expect(send()).rejects.toBeInstanceOf(HttpError);
  });

  test.each([
    [{ type: "flood", retryAfterS: 40 } as const, 429, "Too Many Requests: retry after 40"],
    [{ type: "bad_request", reason: "TOPIC_CLOSED" } as const, 400, "Bad Request: TOPIC_CLOSED"],
    [{ type: "forbidden" } as const, 403, "Forbidden: bot was blocked by the user"],
  ])("a refusal of the kind %o is told as such", async (fault, code, description) => {
    current.emulator.fail("sendMessage", fault);
    const error = await refusal(send());
    expect([error.error_code, error.description]).toEqual([code, description]);
    expect(arrived()).toBe(0);
  });

  test("a fault strikes as often as told, only if it matches, and can be taken back", async () => {
    const { emulator } = current;
    emulator.fail((call) => call.payload["text"] === "hi", { type: "forbidden" }, 2);
    await refusal(send());
    await current.api.sendMessage(emulator.privateChatId, "other");
    await refusal(send());
    await send();
    const takeBack = emulator.fail("sendMessage", { type: "forbidden" }, Number.POSITIVE_INFINITY);
    await refusal(send());
    takeBack();
    await send();
    expect(arrived()).toBe(3);
  });
});
