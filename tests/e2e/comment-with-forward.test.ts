import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Stage, stage, textOf } from "../helpers/bridge.ts";

const forward = { type: "hidden_user" as const, sender_user_name: "Somebody", date: 1 };

/** Says a comment while a poll waits, then forwards what it is about. */
async function comment({ say, emulator }: Stage, apartMs: number) {
  const { privateChatId: chatId } = emulator;
  const id = say("what do you make of this?");
  if (apartMs > 0) await delay(apartMs);
  for (const text of ["first part", "second part"]) emulator.sendText({ chatId, text, forward });
  return id;
}

test.each([0, 150])("a comment and its forwards are one prompt if they come %d ms apart", async (apartMs) => {
  const staged = await stage({ telegram: "forward_coalesce_s = 1" });
  const { outcomeOf, store, emulator } = staged;
  await emulator.waitFor(() => emulator.calls("getUpdates").at(-1)?.status === undefined);
  const id = await comment(staged, apartMs);
  const answer = textOf(await outcomeOf(id));
  expect(answer).toContain("You said: what do you make of this?");
  expect(answer).toMatch(/first part[\s\S]*second part/);
  expect(store().runs.recent(5)).toHaveLength(1);
});
