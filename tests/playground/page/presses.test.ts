import { expect, test } from "vitest";
import { Presses } from "../../../src/playground/page/presses.ts";

const PRESS = { chatId: 1, messageId: 2, data: "stop" };

function listened(): { presses: Presses; shown: [string, boolean][] } {
  const presses = new Presses();
  const shown: [string, boolean][] = [];
  presses.onAnswer = (text, isAlert) => shown.push([text, isAlert]);
  return { presses, shown };
}

test("a button waits until the bot answers its press", async () => {
  const { presses, shown } = listened();
  await presses.begin(PRESS, Promise.resolve("p1"));
  expect([...presses.of(1, 2)]).toEqual(["stop"]);
  expect(presses.of(1, 3).size).toBe(0);
  presses.answer({ type: "answer", press_id: "p1", text: "Stopped.", show_alert: true });
  expect(presses.of(1, 2).size).toBe(0);
  expect(shown).toEqual([["Stopped.", true]]);
});

test("an answer that overtakes the name of its press still ends it", async () => {
  const { presses, shown } = listened();
  presses.answer({ type: "answer", press_id: "p1", text: "Quick." });
  await presses.begin(PRESS, Promise.resolve("p1"));
  expect(presses.of(1, 2).size).toBe(0);
  expect(shown).toEqual([["Quick.", false]]);
});

test("an empty answer ends the waiting and shows nothing", async () => {
  const { presses, shown } = listened();
  await presses.begin(PRESS, Promise.resolve("p1"));
  presses.answer({ type: "answer", press_id: "p1" });
  expect([presses.of(1, 2).size, shown.length]).toEqual([0, 0]);
});

test("a press that could not be sent stops waiting and says why", async () => {
  const { presses } = listened();
  await expect(presses.begin(PRESS, Promise.reject(new Error("offline")))).rejects.toThrow("offline");
  expect(presses.of(1, 2).size).toBe(0);
});
