import { expect, test } from "vitest";
import { stage, textOf } from "../helpers/bridge.ts";

test("parts of the config that do nothing are told in the chat, once", async () => {
  const { emulator, botSays, stop, start } = await stage({ tables: "[plugins]\n" });
  const note = await botSays(/do nothing here/);
  expect(textOf(note)).toContain("without effect: [plugins]");
  await botSays(/is ready/);
  await stop();
  start();
  const ready = () => emulator.messages(emulator.privateChatId).filter((message) => /is ready/.test(textOf(message)));
  await emulator.waitFor(() => ready().length === 2);
  const told = emulator.messages(emulator.privateChatId).filter((message) => /do nothing/.test(textOf(message)));
  expect(told).toHaveLength(1);
});

test("a kind of event that is not known is told in the main chat once, and the task goes on", async () => {
  const { emulator, say, outcomeOf, stop, start } = await stage();
  const task = "session\nnovelty shiny/new\nnovelty shiny/new\nanswer fine\ndone";
  expect(textOf(await outcomeOf(say(task)))).toMatch(/^done[\s\S]*fine/);
  await stop();
  start();
  expect(textOf(await outcomeOf(say(task)))).toMatch(/^done/);
  const told = emulator.messages(emulator.privateChatId).filter((message) => /does not know/.test(textOf(message)));
  expect(told.map(textOf)).toEqual([
    "alpha told something that takopi does not know: shiny/new. Tasks continue without it. takopi doctor says which versions were tested.",
  ]);
});

test("with limits.keep_days a start removes the texts of older runs", async () => {
  const { say, outcomeOf, stop, start, store, log, emulator } = await stage({
    tables: "[limits]\nkeep_days = 0.000000001",
  });
  await outcomeOf(say("session\nanswer old news\ndone"));
  // The text of what is still being delivered is kept.
  const { deliveries, runs } = store();
  await emulator.waitFor(() => deliveries.open().length === 0);
  await stop();
  start();
  await emulator.waitFor(() => log.filter(({ event }) => event === "history.pruned").length === 2);
  expect(runs.recent(1)).toMatchObject([{ outcome: "done", prompt: "", answer: null }]);
});
