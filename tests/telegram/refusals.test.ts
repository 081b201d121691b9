import { expect, test } from "vitest";
import { Refused } from "../../src/telegram/api.ts";
import { type Extra, leaveOut } from "../../src/telegram/refusals.ts";

const all: readonly Extra[] = ["entities", "reply", "topic"];
const next = (reason: string, has: readonly Extra[] = all, code = 400) =>
  leaveOut(new Refused("sendMessage", code, reason, undefined), new Set(has));

test.each<[string, readonly Extra[] | undefined]>([
  ["message to be replied not found", ["reply"]],
  ["TOPIC_CLOSED", ["topic", "reply"]],
  ["TOPIC_DELETED", ["topic", "reply"]],
  ["message thread not found", ["topic", "reply"]],
  ["can't parse entities: unsupported", ["entities"]],
  ["not enough rights to send text messages to the chat", undefined],
  ["SOMETHING_NEW", ["entities"]],
])("%s is tried without %j", (reason, without) => {
  expect(next(reason)).toEqual(without);
});

test("an unknown refusal goes through all that can be left out, and then ends", () => {
  expect(next("SOMETHING_NEW", ["reply", "topic"])).toEqual(["reply"]);
  expect(next("SOMETHING_NEW", ["topic"])).toEqual(["topic"]);
  expect(next("SOMETHING_NEW", [])).toBeUndefined();
});

test("a bot that is shut out tries nothing", () => {
  expect(next("Forbidden: bot was blocked by the user", all, 403)).toBeUndefined();
});
