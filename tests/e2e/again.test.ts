import { expect, test, vi } from "vitest";
import { buttonsOf, press } from "../helpers/asking.ts";
import { stage, textOf } from "../helpers/bridge.ts";

test("Try again below an error runs the same task once more in its session, once", async () => {
  const bridge = await stage();
  const id = bridge.say("session\necho\nexit 3");
  const failed = await bridge.outcomeOf(id);
  expect(textOf(failed)).toMatch(/^error · alpha/);
  expect(buttonsOf(failed).map(({ text }) => text)).toEqual(["Try again"]);
  expect(await press(bridge, failed, "Try again")).toBe("Trying again.");
  const again = await bridge.emulator.waitFor(() =>
    bridge.emulator
      .messages(failed.chat.id)
      .find((one) => /^error · alpha/.test(textOf(one)) && one.message_id !== failed.message_id),
  );
  expect(again.reply_to_message?.message_id).toBe(id);
  expect(await press(bridge, failed, "Try again")).toBe("It was tried again already: see below.");
  const [second, first, ...others] = bridge.store().runs.recent(10);
  expect(others).toEqual([]);
  expect(second).toMatchObject({ prompt: first?.prompt, resume: first?.session, session: first?.session });
  bridge.say("and now?", { replyTo: again.message_id });
  await bridge.botSays(/^done · alpha[\s\S]*and now\?/);
});

test("Try again says so if the text of the task is no longer kept", async () => {
  const bridge = await stage();
  const failed = await bridge.outcomeOf(bridge.say("session\nexit 3"));
  const store = bridge.store();
  await vi.waitUntil(() => store.deliveries.open().length === 0, { timeout: 30_000 });
  expect(store.history.prune(Date.now() + 1_000)).toBe(1);
  expect(await press(bridge, failed, "Try again")).toBe("The text of this task is no longer kept: send it again.");
  expect(store.runs.recent(10)).toHaveLength(1);
});
