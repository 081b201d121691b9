import { expect, test, vi } from "vitest";
import type { Emulator } from "../../src/playground/emulator.ts";
import { textOf } from "../helpers/bridge.ts";
import { unpackFirstState } from "../helpers/first-state.ts";
import { liveTables, stageLive } from "../helpers/live-stage.ts";

/** What the bot said in the private chat, by the ids that the state file holds; the others are the person's. */
const BOT_SAID: Readonly<Record<number, string>> = {
  ...{ 2: "working", 3: "ready", 4: "done", 6: "working", 8: "codex asks: rm -rf build", 9: "working" },
};
const LAST_ID = 13;

/** Fills the chats as they were, by the ids that the state file holds. */
async function fillChats({ url, token, sendText, privateChatId, groupId, topicIds }: Emulator): Promise<void> {
  const topic = topicIds[0] ?? 0;
  const botSays = (message: object) =>
    fetch(`${url}/bot${token}/sendMessage`, {
      ...{ method: "POST", headers: { "content-type": "application/json" } },
      body: JSON.stringify(message),
    });
  for (let id = 1; id <= LAST_ID; id++) {
    const text = BOT_SAID[id];
    if (text === undefined) sendText({ chatId: privateChatId, text: "asked before" });
    else await botSays({ chat_id: privateChatId, text });
  }
  sendText({ chatId: groupId, threadId: topic, text: "asked in a topic" });
  await botSays({ chat_id: groupId, message_thread_id: topic, text: "queued" });
}

test("a killed bridge of the first version is taken over: nothing is lost, and nothing runs twice", async () => {
  const staged = await stageLive({
    defaultEngine: "codex",
    // The scripted peer counts its sessions from 1 again: one after another they are not in each other's way.
    tables: `${liveTables}[limits]\nparallel_runs = 1`,
    prepare: (directory, emulator) => {
      unpackFirstState(directory);
      return fillChats(emulator);
    },
  });
  const { emulator, outcomeOf, store } = staged;
  const textOfOutcome = async (id: number, chatId?: number) => textOf(await outcomeOf(id, chatId));
  expect(await textOfOutcome(10)).toMatch(/^done · codex[\s\S]*Hello\./);
  for (const id of [5, 11]) expect(await textOfOutcome(id)).toMatch(/^interrupted · pi[\s\S]*pi --session session-/);
  expect(await textOfOutcome(7)).toMatch(/^interrupted · codex[\s\S]*takopi was restarted/);
  for (const id of [12, 13]) expect(await textOfOutcome(id)).toMatch(/^done · codex[\s\S]*Hello\./);
  const inTopic = await emulator.waitFor(() =>
    emulator.messages(emulator.groupId).find((message) => /^done · codex/.test(textOf(message))),
  );
  expect(inTopic.message_thread_id).toBe(emulator.topicIds[0]);
  const stored = store();
  await vi.waitUntil(() => stored.deliveries.open().length === 0, { timeout: 30_000 });
  const unfinished = () =>
    [...emulator.messages(emulator.privateChatId), ...emulator.messages(emulator.groupId)]
      .map(textOf)
      .filter((text) => /^(working|queued|starting|waiting)/.test(text));
  await vi.waitUntil(() => unfinished().length === 0, { timeout: 30_000 });
  const runs = stored.runs.recent(100);
  expect(runs).toHaveLength(8);
  expect(runs.filter(({ outcome }) => outcome === "done")).toHaveLength(5);
  expect(stored.questions.recent(5)).toMatchObject([{ state: "expired", reply: null }]);
});
