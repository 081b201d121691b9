import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { buttonsOf } from "../helpers/asking.ts";
import { stage, textOf } from "../helpers/bridge.ts";

const top = 'shutdown = "drain"';
const DRAINING = /^takopi is shutting down: it waits for the run that is under way, 10 min at most/;
const WAITS = /takopi is shutting down: this waits for its next start\./;

test("a shutdown that drains lets runs end, keeps what comes for the next start, and says both", async () => {
  const { say, botSays, press, outcomeOf, stop, start, directory, store, emulator } = await stage({ top });
  const file = join(directory, "go");
  const first = say(`session\nuntil ${file}\nanswer whole\ndone`);
  await botSays(/^working/);
  const ended = stop();
  await botSays(DRAINING);
  const second = say("session\nanswer later\ndone");
  const third = say("session\nanswer never\ndone", { replyTo: first });
  const waiting = [
    await botSays(/^queued · alpha · \d+s · next\n\ntakopi/),
    await botSays(/^queued[\s\S]*alpha resume/),
  ];
  for (const one of waiting) expect(textOf(one)).toMatch(WAITS);
  expect(buttonsOf(waiting[1]).map(({ text }) => text)).toEqual(["Stop"]);
  expect(await press(waiting[1] ?? fail(), "Stop")).toBe("Dropped from the queue.");
  writeFileSync(file, "");
  await ended;
  expect(textOf(await outcomeOf(first))).toMatch(/^done[\s\S]*whole/);
  expect(textOf(await outcomeOf(third))).toMatch(/^cancelled/);
  expect(store().runs.open()).toMatchObject([{ state: "queued", messageId: String(second) }]);
  start();
  expect(textOf(await outcomeOf(second))).toMatch(/^done[\s\S]*later/);
  expect(emulator.messages(emulator.privateChatId).filter((one) => WAITS.test(textOf(one)))).toEqual([]);
});

const fail = (): never => {
  throw new Error("there is no such message");
};

test("a second signal ends it like any other shutdown", async () => {
  const { say, botSays, outcomeOf, stop, signalAgain } = await stage({ top });
  const id = say("session\nhang");
  await botSays(/^working/);
  const ended = stop();
  await botSays(DRAINING);
  signalAgain();
  await ended;
  expect(textOf(await outcomeOf(id))).toMatch(/^interrupted[\s\S]*takopi was shut down/);
});

test("so does the end of its time", async () => {
  const { say, botSays, outcomeOf, stop } = await stage({ top, tables: "[limits]\ndrain_minutes = 0.001" });
  const id = say("session\nhang");
  await botSays(/^working/);
  await stop();
  expect(textOf(await outcomeOf(id))).toMatch(/^interrupted/);
});

test("with nothing under way it ends at once", async () => {
  const { say, outcomeOf, stop, log } = await stage({ top });
  await outcomeOf(say("session\nanswer yes\ndone"));
  await vi.waitFor(() => expect(log.some(({ event }) => event === "delivery.settled")).toBe(true), { timeout: 30_000 });
  await stop();
  expect(log.filter(({ event }) => event === "bridge.draining")).toEqual([]);
});
