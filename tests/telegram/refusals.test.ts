import { expect, test } from "vitest";
import { Refused } from "../../src/telegram/api.ts";
import { type Call, type Extra, type Next, nextAfter, REFUSALS } from "../../src/telegram/refusals.ts";

const all: readonly Extra[] = ["photo", "entities", "disabled", "forceReply", "reply", "topic"];
const after = (call: Call, reason: string, has: readonly Extra[] = all, code = 400) =>
  nextAfter(call, new Refused("sendMessage", code, reason, undefined), new Set(has));

test.each(REFUSALS.flatMap((row) => row.calls.map((call) => ({ ...row, call }))))(
  "$call: $example: the person sees $sees",
  ({ call, example, next }) => {
    expect(after(call, example)).toEqual(next);
  },
);

test.each<[Call, string, Next]>([
  ["send", "TOPIC_DELETED", ["topic", "reply"]],
  ["send", "message thread not found", ["topic", "reply"]],
  ["rich", "RICH_MESSAGE_INVALID", "classic"],
  ["edit", "MESSAGE_ID_INVALID: message can't be edited", "gone"],
])("%s: %s is of a known kind", (call, reason, next) => {
  expect(after(call, reason)).toEqual(next);
});

test("an unknown refusal goes through all that can be left out, and then ends", () => {
  expect(after("send", "SOMETHING_NEW")).toEqual(["photo"]);
  expect(after("send", "SOMETHING_NEW", ["reply", "topic"])).toEqual(["reply"]);
  expect(after("send", "SOMETHING_NEW", ["topic"])).toEqual(["topic"]);
  expect(after("send", "SOMETHING_NEW", [])).toBe("nothing");
  expect(after("rich", "SOMETHING_NEW")).toBe("classic");
  expect(after("edit", "SOMETHING_NEW", ["entities"])).toEqual(["entities"]);
  expect(after("edit", "SOMETHING_NEW", [])).toBe("gone");
  expect(after("remove", "SOMETHING_NEW", [])).toBe("nothing");
});

test.each<Call>(["send", "rich", "edit", "remove"])("a bot that is shut out tries nothing: %s", (call) => {
  expect(after(call, "Forbidden: bot was blocked by the user", all, 403)).toBe("nothing");
});
