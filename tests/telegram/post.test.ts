import { expect, test } from "vitest";
import { Refused, type Telegram } from "../../src/telegram/api.ts";
import { Outbox } from "../../src/telegram/outbox.ts";
import { Post } from "../../src/telegram/post.ts";
import { noLog } from "../helpers/recordings.ts";

/** A chat whose topics are gone. */
const telegram: Telegram = {
  call: async (method, payload) => {
    if (payload && "message_thread_id" in payload && payload.message_thread_id !== undefined) {
      throw new Refused(method, 400, "Bad Request: message thread not found", undefined);
    }
    return { message_id: 5 } as never;
  },
};

test("if the topic is gone, texts and files go to the chat itself", async () => {
  const post = new Post(new Outbox(telegram, noLog), { moves: { current: (chatId) => chatId }, onMoved: () => {} });
  const target = { chatId: "1", topicId: "9", replyTo: null };
  const options = { keyboard: undefined, isSilent: true };
  expect(await post.send(target, { kind: "classic", text: "hi", entities: [] }, options)).toBe("5");
  expect(await post.sendFile(target, { name: "answer.md", text: "long" }, options)).toBe("5");
});
