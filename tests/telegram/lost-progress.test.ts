import { afterEach, beforeEach, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../src/playground/emulator.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { createTelegram, type Telegram } from "../../src/telegram/api.ts";
import { findLostProgress } from "../../src/telegram/lost-progress.ts";
import { textOf } from "../helpers/bridge.ts";
import { createLog } from "../helpers/recordings.ts";

let emulator: Emulator;
let telegram: Telegram;
let store: Store;
let chatId: string;

beforeEach(async () => {
  emulator = await startEmulator({ limits: "off" });
  telegram = createTelegram(emulator.token, { api_root: emulator.url });
  store = openStore(":memory:");
  chatId = String(emulator.privateChatId);
});
afterEach(async () => {
  store.close();
  await emulator.close();
});

/** A task that was to get a progress message; what came of that nobody stored. */
function asked(id: string): string {
  const messageId = String(emulator.sendText({ chatId: Number(chatId), text: id }).message_id);
  const place = { topicId: null, userId: null, project: null, branch: null, resume: null, follows: null };
  store.runs.add({ ...place, id, chatId, messageId, engine: "alpha", prompt: id, createdAt: Date.now() });
  store.runs.askProgress(id);
  return messageId;
}

async function arrived(text: string, replyTo: string): Promise<string> {
  const payload = { chat_id: chatId, text, reply_parameters: { message_id: Number(replyTo) } };
  return String((await telegram.call("sendMessage", payload)).message_id);
}

const find = async (): Promise<unknown[]> => {
  const log = createLog("warn");
  await findLostProgress({ store, telegram, log });
  return log.entries;
};

const shown = () =>
  emulator
    .messages(Number(chatId))
    .filter(({ from }) => from?.is_bot)
    .map((message) => [String(message.message_id), textOf(message)]);

test("a progress message whose id was never stored is found, past what other people said", async () => {
  const prompt = asked("first");
  emulator.sendText({ chatId: Number(chatId), text: "by the way" });
  const progress = await arrived("starting · alpha · 0s", prompt);
  expect(await find()).toEqual([]);
  expect(store.runs.get("first")?.progressId).toBe(progress);
  expect(store.messages.runOf(chatId, progress)?.id).toBe("first");
  expect(shown()).toEqual([[progress, expect.stringMatching(/^restarting · alpha · \d+s$/)]]);
});

test("a reply to another prompt is not taken, and is deleted, since it is delivered again", async () => {
  const [first, second] = [asked("first"), asked("second")];
  store.runs.setProgress("first", await arrived("working · alpha · 9s", first));
  store.messages.lead(chatId, store.runs.get("first")?.progressId ?? "", "first");
  await arrived("done · alpha · 10s", first);
  const progress = await arrived("starting · alpha · 0s", second);
  expect(await find()).toEqual([]);
  expect(store.runs.get("second")?.progressId).toBe(progress);
  expect(shown()).toEqual([
    [store.runs.get("first")?.progressId, "working · alpha · 9s"],
    [progress, expect.stringMatching(/^restarting/)],
  ]);
});

test("if none arrived, nothing is taken", async () => {
  const prompt = asked("first");
  store.messages.lead(chatId, await arrived("known", prompt), "first");
  expect(await find()).toEqual([]);
  expect(store.runs.get("first")?.progressId).toBeNull();
  expect(shown()).toEqual([[String(Number(prompt) + 1), "known"]]);
});
