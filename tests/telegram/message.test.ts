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
