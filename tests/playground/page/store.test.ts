import type { Message } from "@grammyjs/types";
import { beforeEach, expect, test } from "vitest";
import { chatListNode } from "../../../src/playground/page/chat-list.ts";
import { preview } from "../../../src/playground/page/preview.ts";
import { Store } from "../../../src/playground/page/store.ts";
import { textOf } from "../../../src/playground/page/vnode.ts";
import type { PageEvent } from "../../../src/playground/protocol.ts";

const PRIVATE = { id: 42, type: "private", title: "takopi", topics: [], commands: [] } as const;
const GROUP = { id: -5, type: "supergroup", title: "Team", topics: [{ id: 2, name: "web" }], commands: [] } as const;
const BOT = { id: 7, is_bot: true, first_name: "takopi" };
const PERSON = { id: 42, is_bot: false, first_name: "Ada" };

let now = 0;
let store: Store;

beforeEach(() => {
  now = 1_000_000;
  store = new Store(() => now);
  store.apply(hello([]));
});

function hello(messages: Message[]): PageEvent {
  return { type: "hello", world: "1", bot: { username: "b", name: "takopi" }, chats: [PRIVATE, GROUP], messages };
}

function said(id: number, text: string, more: object = {}): Message {
  return { message_id: id, date: 1, chat: { id: 42, type: "private", first_name: "Ada" }, from: BOT, text, ...more };
}

const inTopic = (id: number, text: string): Message =>
  said(id, text, { chat: { id: -5, type: "supergroup", title: "Team" }, message_thread_id: 2, is_topic_message: true });

const arrive = (message: Message, silent = false) => store.apply({ type: "message", message, silent });

const textsIn = (key: string) => store.history.of(key).map((message) => message.text);

test("a chat with topics gives one conversation for each, and a general one", () => {
  expect(store.conversations.map(({ key, title }) => [key, title])).toEqual([
    ["42", "takopi"],
    ["-5", "General"],
    ["-5/2", "web"],
  ]);
});

test("messages stand in the order of their ids and only once", () => {
  for (const id of [3, 1, 2, 3, 1]) arrive(said(id, `m${id}`));
  expect(textsIn("42")).toEqual(["m1", "m2", "m3"]);
});

test("a thread that is no topic belongs to its chat", () => {
  arrive(said(1, "x", { message_thread_id: 99 }));
  arrive(inTopic(2, "y"));
  expect([textsIn("42"), textsIn("-5/2")]).toEqual([["x"], ["y"]]);
});

test("edits change a message in its place, and deleted ones are gone", () => {
  for (const id of [1, 2, 3]) arrive(said(id, `m${id}`));
  store.apply({ type: "edited", message: said(2, "changed") });
  store.apply({ type: "deleted", chat_id: 42, message_id: 1 });
  store.apply({ type: "edited", message: said(1, "a ghost") });
  store.apply({ type: "deleted", chat_id: 42, message_id: 99 });
  expect(textsIn("42")).toEqual(["changed", "m3"]);
});

test("unread messages are counted elsewhere only, and say whether one of them calls", () => {
  store.select("42");
  arrive(said(1, "seen"));
  arrive(inTopic(2, "silent"), true);
  expect([store.unreadOf("42"), store.unreadOf("-5/2")]).toEqual([undefined, { count: 1, notifies: false }]);
  arrive(inTopic(3, "loud"));
  arrive(inTopic(4, "silent again"), true);
  expect(store.unreadOf("-5/2")).toEqual({ count: 3, notifies: true });
  store.select("-5/2");
  expect(store.unreadOf("-5/2")).toBeUndefined();
});

test("the person's own messages are never unread", () => {
  arrive(said(1, "mine", { from: PERSON }));
  expect(store.unreadOf("42")).toBeUndefined();
});

test("a second hello brings what was missed as unread, and takes what was deleted", () => {
  store.select("-5/2");
  arrive(said(1, "old"));
  arrive(said(2, "deleted meanwhile"));
  const calls: (string | undefined)[] = [];
  store.onArrival = (message) => calls.push(message.text);
  store.apply(hello([said(1, "old"), said(3, "missed")]));
  expect(textsIn("42")).toEqual(["old", "missed"]);
  expect(calls).toEqual(["missed"]);
});

test("a typing note ends with the bot's message, or by itself", () => {
  store.apply({ type: "typing", chat_id: 42 });
  store.apply({ type: "typing", chat_id: -5, message_thread_id: 2 });
  expect([store.isTyping("42"), store.isTyping("-5"), store.isTyping("-5/2")]).toEqual([true, false, true]);
  arrive(said(1, "done"));
  expect(store.isTyping("42")).toBe(false);
  now += Store.TYPING_MS;
  expect(store.isTyping("-5/2")).toBe(false);
});

test("a topic that the bot creates or renames appears in the list", () => {
  const { text: _, ...service } = { ...inTopic(9, ""), message_thread_id: 9 };
  arrive({ ...service, forum_topic_created: { name: "infra", icon_color: 0x6fb9f0 } });
  expect(store.conversation("-5/9")?.title).toBe("infra");
  arrive({ ...service, message_id: 10, forum_topic_edited: { name: "operations" } });
  expect(store.conversation("-5/9")?.title).toBe("operations");
});

test("the chat list shows the last words, who said them, and what is unread", () => {
  store.select("-5");
  arrive(said(1, "hello\n  there", { from: PERSON }));
  arrive(inTopic(2, "new"));
  const list = textOf([chatListNode(store)]);
  expect(list).toContain("You: hello there");
  expect(list).toMatch(/web.*new1/);
});

test("the preview of a rich message reads its blocks, that of a file its name", () => {
  const rich = {
    blocks: [
      { type: "heading", size: 1, text: "Done" },
      { type: "paragraph", text: ["all ", "green"] },
    ],
  };
  expect(preview({ rich_message: rich } as Message)).toBe("Done all green");
  expect(preview({ document: { file_id: "f", file_unique_id: "f", file_name: "a.md" } })).toBe("a.md");
});
