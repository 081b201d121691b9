import { expect, test } from "vitest";
import { readUpdate } from "../../src/telegram/message.ts";

const reply = {
  ...{ message_id: 8, message_thread_id: 7, date: 1, chat: { id: -1001, type: "supergroup" } },
  ...{ from: { id: 42, is_bot: false, first_name: "U" }, text: "go on" },
  reply_to_message: { message_id: 7, date: 1, text: "done" },
};

test("a reply in a plain supergroup is a reply, though its thread has the id of what it replies to", () => {
  expect(readUpdate({ update_id: 1, message: reply })).toMatchObject({
    message: { topicId: undefined, reply: { messageId: "7", text: "done" } },
  });
});

test("in a topic a message that replies to nobody carries the root of the topic, which is no reply", () => {
  expect(readUpdate({ update_id: 1, message: { ...reply, is_topic_message: true } })).toMatchObject({
    message: { topicId: "7", reply: undefined },
  });
});

const base = { message_id: 9, date: 1, chat: { id: 42, type: "private" } };
const from = { id: 42, is_bot: false, first_name: "U" };
const read = (more: object) => {
  const received = readUpdate({ update_id: 1, message: { ...base, from, ...more } });
  return received && "message" in received ? received.message : undefined;
};

test("the address of a hidden link stands behind its text", () => {
  const url = "https://example.org/hidden?a=1";
  const entities = [{ type: "text_link", offset: 8, length: 9, url }];
  expect(read({ text: "🦊 read this post", entities })?.text).toBe(`🦊 read this post (${url})`);
  const photo = { caption: "see here", caption_entities: [{ type: "text_link", offset: 4, length: 4, url }] };
  expect(read(photo)?.text).toBe(`see here (${url})`);
});

test("a person's code keeps its marks", () => {
  const entities = [
    { type: "bold", offset: 0, length: 3 },
    { type: "code", offset: 4, length: 3 },
    { type: "pre", offset: 8, length: 5, language: "js" },
  ];
  expect(read({ text: "fix a`b let x\nnow", entities })?.text).toBe("fix `` a`b `` \n```js\nlet x\n```\nnow");
});

test("a command that was copied as code still is one", () => {
  expect(read({ text: "/cancel", entities: [{ type: "code", offset: 0, length: 7 }] })?.text).toBe("/cancel");
});

test("words that a person selected are a quote, and words that Telegram quotes by itself are none", () => {
  const quote = { text: "point three only", position: 4 };
  const more = { text: "expand this", reply_to_message: { message_id: 7, date: 1, text: "all points" } };
  expect(read({ ...more, quote: { ...quote, is_manual: true } })?.quote).toEqual({ text: quote.text, from: undefined });
  expect(read({ ...more, quote })?.quote).toBeUndefined();
});

test("a reply to another chat quotes its author", () => {
  const external_reply = { origin: { type: "hidden_user", date: 1, sender_user_name: "Ann" }, chat: { id: -5 } };
  expect(read({ text: "is she right?", external_reply, quote: { text: "no", position: 0 } })?.quote).toEqual({
    text: "no",
    from: "a message by Ann in another chat",
  });
  expect(read({ text: "is she right?", external_reply })?.quote?.text).toBe("");
});

test.each(["sticker", "location", "contact", "poll", "checklist", "story"])("a %s is known as such", (kind) => {
  expect(read({ [kind]: {} })?.attachment).toBe(kind);
});

test.each([
  ["dice", "sticker"],
  ["venue", "location"],
  ["giveaway_winners", "giveaway"],
  ["giveaway_completed", "giveaway"],
  ["paid_media", "file"],
])("a %s is known as a %s", (kind, attachment) => {
  expect(read({ [kind]: {} })?.attachment).toBe(attachment);
});

test("a channel's post in the group that discusses it is no person's message", () => {
  const post = {
    text: "news",
    is_automatic_forward: true,
    from: { id: 777000, is_bot: false, first_name: "Telegram" },
  };
  expect(read(post)?.isBot).toBe(true);
});

test.each([
  [{ video: { file_id: "v", file_name: "clip.mov", mime_type: "video/quicktime" } }, "clip.mov", "video/quicktime"],
  [{ audio: { file_id: "v", mime_type: "audio/mpeg" } }, "file", "audio/mpeg"],
  [{ video_note: { file_id: "v" } }, "video.mp4", "application/octet-stream"],
  [
    { animation: { file_id: "v" }, document: { file_id: "v", file_name: "a.gif" } },
    "a.gif",
    "application/octet-stream",
  ],
])("%j is a file", (sent, name, mime) => {
  expect(read(sent)?.files).toEqual([{ source: "v", name, mime }]);
});

test("an album and a full message are known", () => {
  const files = [{ source: "big", name: "photo.jpg", mime: "image/jpeg" }];
  const photo = [{ file_id: "small" }, { file_id: "big" }];
  expect(read({ photo, media_group_id: "a1" })).toMatchObject({ files, attachment: undefined, albumId: "a1" });
  expect([4095, 4096].map((length) => read({ text: "x".repeat(length) })?.room)).toEqual([1, 0]);
});
