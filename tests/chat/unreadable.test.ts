import { expect, test } from "vitest";
import type { Bridge } from "../../src/bridge/bridge.ts";
import type { ScheduleClock } from "../../src/bridge/schedules.ts";
import { Dispatcher } from "../../src/chat/dispatch.ts";
import type { Config } from "../../src/config/config.ts";
import { openStore } from "../../src/store/store.ts";
import { type LogEntry, recordingLog } from "../engine/toy.ts";
import { deafTelegram, transportOver } from "../helpers/telegram.ts";

const chat = { id: 5, type: "private" };

/** What a chat that serves 5 alone keeps and tells of updates that are not what Telegram documents. */
function receive(...updates: object[]) {
  const store = openStore(":memory:");
  const log: LogEntry[] = [];
  const config = {
    projects: new Map(),
    presets: new Map(),
    telegram: { chat_id: 5, allowed_user_ids: [5], allowed_chat_ids: [] },
  };
  const dispatcher = new Dispatcher({
    transcribe: () => Promise.reject(new Error("nothing is heard here")),
    ...{ config: () => config as unknown as Config, engines: [], engineOverride: undefined, store },
    ...{
      bridge: {} as Bridge,
      schedules: {} as ScheduleClock,
      botName: "takobot",
      deliver: () => {},
      log: recordingLog(log),
      now: () => 1,
    },
    transport: transportOver(deafTelegram, store, { allowed_user_ids: [5] }),
    cards: { chosen: () => new Set(), toggle: () => {}, show: () => {}, askWhyNot: () => {} },
  });
  dispatcher.receive(updates.map((update, index) => ({ id: index + 1, body: { update_id: index + 1, ...update } })));
  return { told: store.deliveries.open().length, unreadable: log.filter(({ event }) => event === "update.unreadable") };
}

test.each([
  ["a stranger's message", { message: { message_id: "x", chat: { id: 6 }, from: { id: 6 } } }],
  ["a stranger's message in the chat", { message: { message_id: "x", chat, from: { id: 6 } } }],
  ["a stranger's press", { callback_query: { id: 1, from: { id: 6 }, message: { chat } } }],
  ["nobody knows whose", { message: "what is this" }],
])("%s that cannot be read leaves a log line and nothing else", (_, update) => {
  const { told, unreadable } = receive(update, update, update);
  expect(unreadable).toHaveLength(3);
  expect(told).toBe(0);
});

test.each([
  ["message", { message: { message_id: "x", chat, from: { id: 5 } } }],
  ["press", { callback_query: { id: 1, from: { id: 5 }, message: { chat } } }],
])("a %s of somebody who may use the bot is told if it cannot be read", (_, update) => {
  expect(receive(update).told).toBe(1);
});
