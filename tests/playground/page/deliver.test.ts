import type { Message } from "@grammyjs/types";
import { expect, test } from "vitest";
import { DeliveryError, deliver, type Place } from "../../../src/playground/page/deliver.ts";

const CHAT = {
  key: "1/2",
  chat: { id: 1, type: "private", title: "t", topics: [], commands: [] },
  topicId: 2,
  title: "t",
} as const;
const REPLY = { message_id: 9 } as Message;
const file = (name: string) => new File(["x"], name);

/** Records what is sent; the request with the number `failsAt` is refused. */
function recorder(failsAt = -1) {
  const sent: unknown[] = [];
  const record = async (entry: unknown[]): Promise<Message> => {
    if (sent.length === failsAt) throw new Error("refused");
    sent.push(entry);
    return REPLY;
  };
  return {
    sent,
    send: (place: Place, text: string) => record([place.replyTo, text]),
    upload: (place: Place, { name }: { name: string }, caption: string) => record([place.replyTo, name, caption]),
  };
}

const ignore = () => {};

test("a text goes as one message, with what it replies to", async () => {
  const outbox = recorder();
  await deliver(outbox, CHAT, { text: "hello", replyTo: REPLY, files: [] }, ignore);
  expect(outbox.sent).toEqual([[9, "hello"]]);
});

test("the text is the caption of the first file, which alone replies", async () => {
  const outbox = recorder();
  await deliver(outbox, CHAT, { text: " look ", replyTo: REPLY, files: [file("a"), file("b")] }, ignore);
  expect(outbox.sent).toEqual([
    [9, "a", "look"],
    [undefined, "b", ""],
  ]);
});

test("a text too long for a caption follows the files", async () => {
  const outbox = recorder();
  const text = "x".repeat(1025);
  await deliver(outbox, CHAT, { text, files: [file("a")] }, ignore);
  expect(outbox.sent).toEqual([
    [undefined, "a", ""],
    [undefined, text],
  ]);
});

test("a refusal hands back what was not sent, and only that", async () => {
  const draft = { text: "x".repeat(1025), replyTo: REPLY, files: [file("a"), file("b")] };
  const error = await deliver(recorder(1), CHAT, draft, ignore).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DeliveryError);
  const { message, left } = error as DeliveryError;
  expect(message).toBe("refused");
  expect([left.files.map(({ name }) => name), left.text, left.replyTo]).toEqual([["b"], draft.text, undefined]);
});
