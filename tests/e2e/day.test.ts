import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { textOf } from "../helpers/bridge.ts";
import { Day } from "../helpers/day.ts";
import { addTeam, dayTables, dayTelegram, MESSAGES, makeRepository, passDay, TEAM } from "../helpers/day-script.ts";
import { stageLive } from "../helpers/live-stage.ts";

test("a day of more than sixty messages has no silent, no wrong and no doubled answer", {
  timeout: 240_000,
}, async () => {
  const place = 'path = "web"';
  const bridge = await stageLive({
    ...{ defaultEngine: "alpha", tables: await dayTables({ web: place, shop: place }), telegram: dayTelegram },
    prepare: async (directory, emulator) => {
      makeRepository(join(directory, "web"));
      addTeam(emulator);
    },
  });
  const { emulator } = bridge;
  const day = new Day(bridge);
  await passDay(day);
  const store = bridge.store();
  await vi.waitUntil(() => store.deliveries.open().length === 0 && emulator.waitingUpdates() === 0, {
    timeout: 30_000,
  });
  day.check();
  expect(day.said).toBe(MESSAGES);
  const all = [emulator.privateChatId, TEAM, emulator.groupId].flatMap((chatId) => emulator.messages(chatId));
  const ours = all.filter(({ from }) => from?.id === emulator.bot.id);
  expect(ours.filter((one) => /^(starting|working|queued|stopping) · /.test(textOf(one))).map(textOf)).toEqual([]);
  // What replies to nobody is the greeting alone.
  expect(ours.filter((one) => !one.reply_to_message && !one.forum_topic_created).map(textOf)).toEqual([
    expect.stringMatching(/^takopi \S+ is ready/),
  ]);
  expect(store.runs.recent(100).filter(({ outcome }) => outcome === "error")).toEqual([]);
});
