import { expect, test } from "vitest";
import { readTextDelta } from "../../../../runners/pi/live/text-delta.ts";

const update = (event: object, more: object = {}) =>
  JSON.stringify({ type: "message_update", ...more, assistantMessageEvent: event });

test.each(["Hello ", "", 'a "quoted" \\ word', "\u2028 😀 \n\t", '","partial":{'])(
  "the piece %j is read from the lines of both versions",
  (delta) => {
    const event = { type: "text_delta", contentIndex: 0, delta };
    const partial = { role: "assistant", content: [{ type: "text", text: `before ${delta}` }] };
    expect(readTextDelta(update({ ...event, partial }))).toBe(delta);
    expect(readTextDelta(update(event, { usage: { input: 1 } }))).toBe(delta);
  },
);

test("other updates bring no text, and other lines are not updates", () => {
  expect(readTextDelta(update({ type: "thinking_delta", delta: "hm" }, { usage: {} }))).toBe("");
  expect(readTextDelta('{"type":"message_update","assistantMessageEvent":{"type":"text_delta"')).toBe("");
  expect(readTextDelta('{"type":"agent_start"}')).toBeUndefined();
});
