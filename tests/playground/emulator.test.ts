import { Api, InputFile } from "grammy";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/playground/emulator.ts";

let emulator: Emulator;
let api: Api;

beforeEach(async () => {
  emulator = await startEmulator({ limits: "off" });
  api = new Api(emulator.token, { apiRoot: emulator.url });
});

afterEach(async () => {
  await emulator.close();
});

test("the bot knows itself", async () => {
  const me = await api.getMe();
  expect(me).toMatchObject({ is_bot: true, username: "takopi_playground_bot" });
});

test("a person's message reaches a waiting poll at once", async () => {
  const polled = api.getUpdates({ timeout: 30 });
  await emulator.waitFor(() => emulator.calls("getUpdates").length === 1);
  const said = emulator.sendText({ chatId: emulator.privateChatId, text: "/pi hello" });
  const updates = await polled;
  expect(updates).toHaveLength(1);
  expect(updates[0]?.message).toEqual(said);
  expect(said.entities).toEqual([{ type: "bot_command", offset: 0, length: 3 }]);
});

test("a message is sent, edited, and deleted", async () => {
  const chatId = emulator.privateChatId;
  const sent = await api.sendMessage(chatId, "working", { disable_notification: true });
  const edited = await api.editMessageText(chatId, sent.message_id, "done");
  expect(edited).toMatchObject({ message_id: sent.message_id, text: "done" });
  expect(emulator.messages(chatId).map((message) => message.text)).toEqual(["done"]);
  await api.deleteMessage(chatId, sent.message_id);
  expect(emulator.messages(chatId)).toEqual([]);
});

test("a document comes as multipart and can be downloaded again", async () => {
  const content = Buffer.from("a\r\n--x\u0000ü");
  const sent = await api.sendDocument(emulator.privateChatId, new InputFile(content, 'the "whole" answer.md'), {
    caption: "all of it",
  });
  expect(sent).toMatchObject({ caption: "all of it", document: { file_size: content.length } });
  const file = await api.getFile(sent.document.file_id);
  const response = await fetch(`${emulator.url}/file/bot${emulator.token}/${file.file_path}`);
  expect(Buffer.from(await response.arrayBuffer())).toEqual(content);
});
