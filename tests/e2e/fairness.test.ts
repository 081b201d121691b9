import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stage, textOf } from "../helpers/bridge.ts";

test("a chat with many tasks keeps another chat waiting for one free place, and shows that it is next", async () => {
  const { say, botSays, outcomeOf, emulator, directory, store } = await stage({
    tables: "[limits]\nparallel_runs = 2\nqueued_runs = 1000",
  });
  const gate = join(directory, "gate");
  const chatId = emulator.groupId;
  for (let count = 0; count < 100; count += 1) say(`session\nuntil ${gate}\nanswer theirs\ndone`, { chatId });
  const runs = () => store().runs.recent(1000);
  await emulator.waitFor(
    () => emulator.messages(chatId).filter((message) => /^queued/.test(textOf(message))).length > 90,
  );
  const mine = say("session\nanswer mine\ndone");
  await botSays(/^queued · .* · next$/);
  writeFileSync(gate, "");
  expect(textOf(await outcomeOf(mine))).toMatch(/^done[\s\S]*mine/);
  const begin = runs().find(({ messageId }) => messageId === String(mine))?.startedAt ?? 0;
  const before = runs().filter(({ startedAt }) => startedAt !== null && startedAt < begin);
  // The two that ran when it came, and those that began in the same moment as it.
  expect(before.length).toBeLessThanOrEqual(3);
});
