import { expect, test } from "vitest";
import type { Incoming } from "../../src/chat/incoming.ts";
import { keepForward, Once, refuseAttachment } from "../../src/chat/once.ts";

const photo: Incoming = {
  ...{ updateId: 1, chatId: "c", topicId: undefined, messageId: "m", userId: "u", isPrivate: true },
  ...{ text: "", isForward: false, attachment: "sticker", reply: undefined },
};

function told(say: (once: Once) => (string | undefined)[]) {
  return say(new Once(() => 0)).filter((text) => text !== undefined).length;
}

const times = <T>(count: number, make: () => T) => Array.from({ length: count }, make);

test("an album gets one refusal, and the next one another", () => {
  const album = (albumId: string, once: Once) => times(5, () => refuseAttachment({ ...photo, albumId }, once));
  expect(told((once) => [...album("a", once), ...album("b", once)])).toBe(2);
});

test("files that were sent one by one get a refusal each", () => {
  expect(told((once) => times(2, () => refuseAttachment(photo, once)))).toBe(2);
});

test("a bundle of forwards gets one receipt, or refusal", () => {
  const forward = { ...photo, isForward: true };
  expect(told((once) => times(10, () => keepForward({ ...forward, attachment: undefined }, once)))).toBe(1);
  expect(told((once) => times(10, () => refuseAttachment(forward, once)))).toBe(1);
});

test("a later one is told again", () => {
  let now = 0;
  const once = new Once(() => now);
  keepForward(photo, once);
  now = 3_001;
  expect(keepForward(photo, once)).toMatch(/^Kept/);
});
