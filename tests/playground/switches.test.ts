import type { Message } from "@grammyjs/types";
import { type Api, InputFile } from "grammy";
import { expect, test } from "vitest";
import type { Emulator } from "../../src/playground/emulator.ts";
import { refusal, useEmulator } from "./harness.ts";

const current = useEmulator();
const PICTURE = Buffer.from("\x89PNG\r\n\x1a\n and so on", "latin1");
const topicOf = (emulator: Emulator) => emulator.topicIds[0] ?? 0;
const inTopic = ({ api, emulator }: { api: Api; emulator: Emulator }, text = "here") =>
  api.sendMessage(emulator.groupId, text, { message_thread_id: topicOf(emulator) });
const describe = async (call: Promise<unknown>) => (await refusal(call)).description;

test("a closed topic takes no message, not even a reply without its id, until it is opened again", async () => {
  const { api, emulator } = current;
  const sent = await inTopic(current);
  emulator.closeTopic(emulator.groupId, topicOf(emulator));
  const reply = { reply_parameters: { message_id: sent.message_id } };
  expect(await describe(inTopic(current))).toBe("Bad Request: TOPIC_CLOSED");
  expect(await describe(api.sendMessage(emulator.groupId, "x", reply))).toBe("Bad Request: TOPIC_CLOSED");
  await api.editMessageText(emulator.groupId, sent.message_id, "edited");
  await api.sendMessage(emulator.groupId, "in General");
  emulator.reopenTopic(emulator.groupId, topicOf(emulator));
  await inTopic(current);
  const kinds = (await api.getUpdates()).map(({ message }) => Object.keys(message ?? {}).at(-1));
  expect(kinds).toEqual(["forum_topic_closed", "forum_topic_reopened"]);
});

test("a deleted topic takes its messages along", async () => {
  const { api, emulator } = current;
  const { message_id } = await inTopic(current);
  emulator.deleteTopic(emulator.groupId, topicOf(emulator));
  expect(await describe(inTopic(current))).toBe("Bad Request: message thread not found");
  const reply = { reply_parameters: { message_id } };
  expect(await describe(api.sendMessage(emulator.groupId, "x", reply))).toBe(
    "Bad Request: message to be replied not found",
  );
  expect(await describe(api.editMessageText(emulator.groupId, message_id, "x"))).toBe(
    "Bad Request: message to edit not found",
  );
});

test("topics that are switched off are refused, and replies to their messages keep the id alone", async () => {
  const { api, emulator } = current;
  const { groupId } = emulator;
  const { message_id } = await inTopic(current);
  emulator.setTopics(groupId, false);
  expect(await describe(inTopic(current))).toBe("Bad Request: message thread not found");
  expect(await describe(api.createForumTopic(groupId, "more"))).toBe("Bad Request: the chat is not a forum");
  const said = emulator.sendText({ chatId: groupId, text: "and now?", replyTo: message_id });
  expect(said.message_thread_id).toBe(topicOf(emulator));
  expect(said).not.toHaveProperty("is_topic_message");
  emulator.setTopics(groupId, true);
  await inTopic(current);
});

test("a reply in a plain supergroup or in General names its thread, and is no topic message", async () => {
  const { api, emulator } = current;
  emulator.addGroup({ id: -100_5, title: "Plain" });
  for (const chatId of [-100_5, emulator.groupId]) {
    const root = await api.sendMessage(chatId, "done");
    const said = emulator.sendText({ chatId, text: "go on", replyTo: root.message_id });
    const further = emulator.sendText({ chatId, text: "and on", replyTo: said.message_id });
    expect([said.message_thread_id, further.message_thread_id]).toEqual([root.message_id, root.message_id]);
    expect([said.is_topic_message, further.is_topic_message]).toEqual([undefined, undefined]);
    expect(await describe(api.sendMessage(chatId, "x", { message_thread_id: root.message_id }))).toBe(
      "Bad Request: message thread not found",
    );
  }
  const inPrivate = await api.sendMessage(emulator.privateChatId, "done");
  const reply = emulator.sendText({ chatId: emulator.privateChatId, text: "go on", replyTo: inPrivate.message_id });
  expect(reply).not.toHaveProperty("message_thread_id");
});

test("the general topic is named by no message, but may be by a chat action", async () => {
  const { api, emulator } = current;
  const general = { message_thread_id: 1 };
  const plain = emulator.addGroup({ id: -100_5, title: "Plain" });
  expect(plain).toEqual([]);
  await api.sendChatAction(emulator.groupId, "typing", general);
  expect(await describe(api.sendChatAction(-100_5, "typing", general))).toBe("Bad Request: message thread not found");
});

test("private chats have topics in threaded mode only, and getMe tells", async () => {
  const { api, emulator } = current;
  const chat = emulator.privateChatId;
  expect((await api.getMe()).has_topics_enabled).toBe(false);
  expect(await describe(api.createForumTopic(chat, "web"))).toBe("Bad Request: the chat is not a forum");
  emulator.setThreadedMode(true);
  expect((await api.getMe()).has_topics_enabled).toBe(true);
  const { message_thread_id } = await api.createForumTopic(chat, "web");
  expect(await api.sendMessage(chat, "x", { message_thread_id })).toMatchObject({
    message_thread_id,
    is_topic_message: true,
  });
});

test("a group that became a supergroup refuses every call and names the new chat", async () => {
  const { api, emulator } = current;
  emulator.addGroup({ id: -7, title: "Old", basic: true });
  const before = await api.sendMessage(-7, "working");
  const id = emulator.migrate(-7);
  for (const call of [api.sendMessage(-7, "x"), api.editMessageText(-7, before.message_id, "done"), api.getChat(-7)]) {
    expect(await refusal(call)).toMatchObject({
      error_code: 400,
      description: "Bad Request: group chat was upgraded to a supergroup chat",
      parameters: { migrate_to_chat_id: id },
    });
  }
  const reply = { reply_parameters: { message_id: before.message_id + 10 } };
  expect(await describe(api.sendMessage(id, "x", reply))).toBe("Bad Request: message to be replied not found");
  await api.sendMessage(id, "done");
  expect((await api.getUpdates()).map((update) => update.message)).toMatchObject([
    { chat: { id: -7 }, migrate_to_chat_id: id },
    { chat: { id }, migrate_from_chat_id: -7 },
  ]);
});

test("a migration may come to light by a refusal alone", async () => {
  const { api, emulator } = current;
  emulator.addGroup({ id: -7, title: "Old", basic: true });
  emulator.migrate(-7, "quietly");
  expect(await api.getUpdates()).toEqual([]);
});

test("a webhook on the token keeps polls out until it is deleted", async () => {
  const { api, emulator } = current;
  const waiting = refusal(api.getUpdates({ timeout: 30 }));
  await emulator.waitFor(() => emulator.calls("getUpdates").length === 1);
  emulator.setWebhook("https://elsewhere.example.org/hook");
  expect((await waiting).description).toBe("Conflict: terminated by setWebhook request");
  const refused = await refusal(api.getUpdates());
  expect([refused.error_code, refused.description]).toEqual([
    409,
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
  ]);
  expect((await api.getWebhookInfo()).url).toBe("https://elsewhere.example.org/hook");
  await api.deleteWebhook();
  expect((await api.getWebhookInfo()).url).toBe("");
  expect(await api.getUpdates()).toEqual([]);
});

test("rights that were taken away are told by what was sent; edits still pass", async () => {
  const { api, emulator } = current;
  const { groupId } = emulator;
  const sent = await api.sendMessage(groupId, "working");
  emulator.setRights(groupId, { write: false });
  const file = () => new InputFile(PICTURE, "a.png");
  expect([
    await describe(api.sendMessage(groupId, "x")),
    await describe(api.sendDocument(groupId, file())),
    await describe(api.sendPhoto(groupId, file())),
  ]).toEqual([
    "Bad Request: not enough rights to send text messages to the chat",
    "Bad Request: not enough rights to send documents to the chat",
    "Bad Request: not enough rights to send photos to the chat",
  ]);
  await api.editMessageText(groupId, sent.message_id, "done");
  emulator.setRights(groupId, { write: true, manageTopics: false });
  expect(await describe(api.createForumTopic(groupId, "x"))).toBe("Bad Request: not enough rights to create a topic");
});

test("a bot may be shut out for any reason", async () => {
  const { api, emulator } = current;
  emulator.block(emulator.groupId, "bot is not a member of the supergroup chat");
  expect(await refusal(api.sendMessage(emulator.groupId, "x"))).toMatchObject({
    error_code: 403,
    description: "Forbidden: bot is not a member of the supergroup chat",
  });
});

test("an older self-hosted server finds every rich message empty", async () => {
  const { api, emulator } = current;
  const chat = emulator.privateChatId;
  const rich = { blocks: [{ type: "paragraph" as const, text: "x" }] };
  const { message_id } = await api.sendMessage(chat, "x");
  emulator.setRichMessages("refused");
  expect(await describe(api.sendRichMessage(chat, rich))).toBe("Bad Request: rich message must be non-empty");
  expect(await describe(api.raw.editMessageText({ chat_id: chat, message_id, rich_message: rich }))).toBe(
    "Bad Request: rich message must be non-empty",
  );
  emulator.setRichMessages(false);
  expect(await describe(api.sendRichMessage(chat, rich))).toBe("Not Found: method not found");
});

test("formatting past the 100th entity is dropped without a word", async () => {
  const { api, emulator } = current;
  const entities = Array.from({ length: 130 }, (_, index) => ({ type: "code" as const, offset: 2 * index, length: 1 }));
  const sent = await api.sendMessage(emulator.privateChatId, "x ".repeat(130), { entities });
  expect(sent.entities).toEqual(entities.slice(0, 100));
});

test("addresses of entities have a size limit of their own", async () => {
  const url = `https://example.org/${"x".repeat(3000)}`;
  const link = (offset: number) => ({ type: "text_link" as const, offset, length: 1, url });
  const send = (count: number) =>
    current.api.sendMessage(current.emulator.privateChatId, "abcdef", {
      entities: [0, 1, 2, 3].slice(0, count).map(link),
    });
  await send(3);
  expect(await describe(send(4))).toBe("Bad Request: ENTITIES_TOO_LONG");
});

test("a server that fell silent takes calls and answers none", async () => {
  const { api, emulator } = current;
  const speak = emulator.goSilent();
  const giveUp = new AbortController();
  const asked = api.getMe(giveUp.signal as never).catch(() => "no answer");
  await emulator.waitFor(() => emulator.calls("getMe")[0]?.status === "hung");
  giveUp.abort();
  expect(await asked).toBe("no answer");
  speak();
  await api.getMe();
});

test("buttons may be disabled, and a keyboard may open the reply field", async () => {
  const { api, emulator } = current;
  const reply_markup = {
    force_reply: true,
    inline_keyboard: [
      [
        { text: "Allowed ✓", disabled: {} },
        { text: "Why", callback_data: "why" },
      ],
    ],
  };
  const sent = await api.sendMessage(emulator.privateChatId, "x", { reply_markup: reply_markup as never });
  expect(sent.reply_markup).toEqual(reply_markup);
  const asked = await api.sendMessage(emulator.privateChatId, "x", { reply_markup: { force_reply: true } });
  expect(asked).not.toHaveProperty("reply_markup");
});

test("formats, quotes and voice messages of a person reach the bot", async () => {
  const { api, emulator } = current;
  const chatId = emulator.privateChatId;
  const url = "https://example.org/hidden?a=1";
  emulator.sendText({ chatId, text: "read this", entities: [{ type: "text_link", offset: 5, length: 4, url }] });
  emulator.sendText({ chatId, text: "expand this", more: { quote: { text: "point three only", position: 4 } } });
  emulator.sendVoice({
    chatId,
    voice: { name: "v.ogg", mimeType: "audio/ogg", data: Buffer.from("sound"), durationS: 3 },
  });
  const messages = (await api.getUpdates()).map(({ message }) => message);
  expect(messages).toMatchObject([
    { entities: [{ type: "text_link", url }] },
    { quote: { text: "point three only" } },
    { voice: { duration: 3, mime_type: "audio/ogg", file_size: 5 } },
  ]);
});

test("an album is one group of photos or of documents, and can be downloaded again", async () => {
  const { api, emulator } = current;
  const chat = emulator.privateChatId;
  const photo = (caption: string) => ({ type: "photo" as const, media: new InputFile(PICTURE, "a.png"), caption });
  const sent = (await api.sendMediaGroup(chat, [photo("one"), photo("two")])) as Message.PhotoMessage[];
  expect(sent.map(({ caption }) => caption)).toEqual(["one", "two"]);
  expect(new Set(sent.map((message) => message.media_group_id)).size).toBe(1);
  const { file_path } = await api.getFile(sent[0]?.photo?.[0]?.file_id ?? "");
  const fetched = await fetch(`${emulator.url}/file/bot${emulator.token}/${file_path}`);
  expect(Buffer.from(await fetched.arrayBuffer())).toEqual(PICTURE);
  expect(emulator.calls("download")).toMatchObject([{ payload: { file_path }, status: 200 }]);
  const document = { type: "document" as const, media: new InputFile(Buffer.from("x"), "x.txt") };
  expect(await describe(api.sendMediaGroup(chat, [photo("one"), document] as never))).toBe(
    "Bad Request: document can't be mixed with other media types",
  );
});

test("a file that is no picture, or is too large for one, cannot be sent as a photo", async () => {
  const { api, emulator } = current;
  const send = (data: Buffer) => api.sendPhoto(emulator.privateChatId, new InputFile(data, "a.png"));
  expect(await describe(send(Buffer.from("text")))).toBe("Bad Request: IMAGE_PROCESS_FAILED");
  expect(await describe(send(Buffer.concat([PICTURE, Buffer.alloc(10 * 1024 * 1024)])))).toMatch(
    /file of size \d+ bytes is too big for a photo; the maximum size is 10485760 bytes/,
  );
});

test("20 MB can be fetched and one byte more cannot; a download may break off", async () => {
  const { api, emulator } = current;
  const say = (bytes: number) =>
    emulator.sendDocument({
      chatId: emulator.privateChatId,
      document: { name: "big.bin", mimeType: "application/octet-stream", data: Buffer.alloc(bytes) },
    }).document?.file_id ?? "";
  const limit = 20 * 1024 * 1024;
  expect(await describe(api.getFile(say(limit + 1)))).toBe("Bad Request: file is too big");
  const { file_path } = await api.getFile(say(limit));
  emulator.fail("download", { type: "reset_after" });
  const download = async () =>
    (await fetch(`${emulator.url}/file/bot${emulator.token}/${file_path}`))
      .arrayBuffer()
      .then((data) => data.byteLength);
  await expect(download()).rejects.toThrow();
  expect(await download()).toBe(limit);
});
