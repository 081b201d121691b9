import { appendFileSync } from "node:fs";
import type { Message } from "@grammyjs/types";
import { expect, test } from "vitest";
import { buttonsOf } from "../helpers/asking.ts";
import { stage, textOf } from "../helpers/bridge.ts";

const tables = '[projects.web]\npath = "."\n[projects.api]\npath = "."';
const chat = { telegram: 'session_mode = "chat"', tables };
const labels = (message: Message) => buttonsOf(message).map(({ text }) => text);

test("an engine without a task is offered as the default of the conversation, and becomes it", async () => {
  const { say, botSays, press, outcomeOf, emulator, store } = await stage(chat);
  const asked = say("/beta");
  const told = await botSays(/^Nothing was started: add the task, as in \/beta fix the tests\.$/);
  expect(told.reply_to_message?.message_id).toBe(asked);
  expect(labels(told)).toEqual(["Make beta the default here"]);
  expect(store().runs.recent(5)).toEqual([]);
  expect(await press(told, "Make beta the default here")).toBe("beta");
  const shown = () => emulator.message(told.chat.id, told.message_id);
  await emulator.waitFor(() => /^New sessions of this chat use beta/.test(textOf(shown() ?? told)));
  expect(textOf(await outcomeOf(say("session\nanswer yes\ndone")))).toMatch(/^done · beta/);
  const again = say("/beta");
  const plain = await emulator.waitFor(() =>
    emulator.messages(told.chat.id).find(({ reply_to_message: to }) => to?.message_id === again),
  );
  expect(labels(plain)).toEqual([]);
});

test("so is a project with its branch, beside the engine", async () => {
  const { say, botSays, press, outcomeOf } = await stage(chat);
  say("/beta /web");
  const told = await botSays(/^Nothing was started/);
  expect(labels(told)).toEqual(["Make beta the default here", "Make web the default here"]);
  expect(await press(told, "Make web the default here")).toBe("web");
  await botSays(/^New tasks of this chat run in web from now on/);
  expect(textOf(await outcomeOf(say("session\nanswer yes\ndone")))).toContain("ctx: web");
  say("/api @feat/x");
  expect(labels(await botSays(/as in \/api @feat\/x fix/))).toEqual(["Make api @feat/x the default here"]);
  say("@feat/y");
  expect(labels(await botSays(/as in @feat\/y fix/))).toEqual(["Make web @feat/y the default here"]);
});

test("a served topic is offered it for itself", async () => {
  const topics = '[transports.telegram.topics]\nenabled = true\nscope = "all"';
  const { say, botSays, press, emulator } = await stage({ telegram: topics, tables });
  const [threadId = 0] = emulator.topicIds;
  say("/web", { chatId: emulator.groupId, threadId });
  const told = await botSays(/^Nothing was started/, emulator.groupId);
  await press(told, "Make web the default here");
  const bound = await botSays(/^New tasks of this topic run in web from now on/, emulator.groupId);
  expect(bound.message_thread_id).toBe(threadId);
});

test("nothing is offered if each message begins anew, or in the chat of another project", async () => {
  const { say, botSays } = await stage({ tables });
  say("/web");
  expect(labels(await botSays(/^Nothing was started/))).toEqual([]);
});

test("a chat that belongs to a project takes no other", async () => {
  const { say, botSays, emulator, stop, start, directory } = await stage(chat);
  const chatId = emulator.groupId;
  await stop();
  appendFileSync(`${directory}/takopi.toml`, `chat_id = ${chatId}\n`);
  start();
  say("/web", { chatId });
  expect(labels(await botSays(/^Nothing was started/, chatId))).toEqual([]);
});
