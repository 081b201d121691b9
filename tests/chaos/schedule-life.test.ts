import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Message } from "@grammyjs/types";
import { expect, test, vi } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { OUTCOME, pressIn, textOf } from "../helpers/told.ts";
import { enterRing } from "./ring.ts";

vi.setConfig({ testTimeout: 300_000 });

const HOUR_MS = 3_600_000;
const sessionOf = (message: Message) => /alpha resume (\S+)/.exec(textOf(message))?.[1];

test("a schedule of the chat fires, is paused, and outlives a kill and a missed time; each answer can be replied to", async () => {
  const ring = await enterRing();
  const { emulator, directory } = ring;
  const chatId = emulator.privateChatId;
  let aheadMs = 0;
  const putClockOn = (hours: number) => {
    aheadMs += hours * HOUR_MS;
    // Never empty while the bridge reads it.
    writeFileSync(join(directory, "clock"), String(aheadMs).padEnd(20), { flag: "r+" });
  };
  writeFileSync(join(directory, "clock"), "0".padEnd(20));
  const botSays = (matches: RegExp) =>
    emulator.waitFor(() => emulator.messages(chatId).find((one) => one.from?.is_bot && matches.test(textOf(one))));
  const press = async (message: Message, label: string) => {
    // The message changes a moment after the press before was answered.
    const labels = () => emulator.message(chatId, message.message_id)?.reply_markup?.inline_keyboard.flat() ?? [];
    await emulator.waitFor(() => labels().some(({ text }) => text === label));
    return pressIn(emulator, message, label);
  };
  const save = async (every: string, task: string) => {
    emulator.sendText({ chatId, text: `/schedule every ${every} ${task}` });
    const draft = await botSays(new RegExp(`^every ${every}: not saved yet`));
    await press(draft, "Save");
    return draft;
  };
  const answers = () =>
    emulator.messages(chatId).filter((one) => /^done[\s\S]*schedule session-answer-nightly/.test(textOf(one)));
  const answered = new Set<number>();
  /** The next answer of the schedule, after a reply to it has continued its session. */
  const answer = async () => {
    const found = await emulator.waitFor(() => answers().find((one) => !answered.has(one.message_id)));
    answered.add(found.message_id);
    const { message_id } = emulator.sendText({ chatId, text: "answer and on\ndone", replyTo: found.message_id });
    const isReply = (one: Message) => one.reply_to_message?.message_id === message_id && OUTCOME.test(textOf(one));
    const reply = await emulator.waitFor(() => emulator.messages(chatId).find(isReply));
    expect(sessionOf(reply)).toBe(sessionOf(found));
    return textOf(found);
  };
  const firings = () => {
    const store = openStore(join(directory, "takopi.db"));
    try {
      return store.firings.recent(20).filter(({ source }) => source.startsWith("session-answer-nightly"));
    } finally {
      store.close();
    }
  };

  ring.start();
  await ring.listening();
  const mine = await save("2h", "session\nanswer nightly\ndone");
  const other = await save("30d", "something else");
  /** The clock is looked at as soon as any schedule changes. */
  let isOtherPaused = false;
  const look = async () => {
    await press(other, isOtherPaused ? "Resume" : "Pause");
    isOtherPaused = !isOtherPaused;
  };

  for (const count of [1, 2, 3]) {
    putClockOn(2);
    await look();
    expect(await answer()).toContain("nightly");
    expect(firings()).toHaveLength(count);
  }

  expect(await press(mine, "Pause")).toBe("Paused.");
  putClockOn(2);
  await look();
  expect(firings()).toHaveLength(3);
  expect(await press(mine, "Resume")).toBe("Resumed.");

  await ring.kill();
  putClockOn(2);
  ring.start("schedule.fired");
  await ring.gone();
  expect(firings()).toHaveLength(4);
  ring.start();
  await answer();

  await ring.kill();
  putClockOn(9);
  ring.start();
  expect(await answer()).toMatch(/slept/);
  expect(firings().map(({ reason }) => reason)).toEqual([null, null, null, null, null]);
  expect(answers()).toHaveLength(5);
});
