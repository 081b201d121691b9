import { expect, test } from "vitest";
import { Deliverer } from "../../src/chat/deliverer.ts";
import { openStore } from "../../src/store/store.ts";
import type { Telegram } from "../../src/telegram/api.ts";
import { noLog } from "../helpers/recordings.ts";
import { transportOver } from "../helpers/telegram.ts";
import { NO_FILES } from "../helpers/word-transport.ts";

/** Takes messages and never answers. */
const telegram: Telegram = { call: () => new Promise(() => {}) };

/** Replies that come in one after the other while none gets out; how many rows were read for them. */
function rowsReadFor(count: number): number {
  const store = openStore(":memory:");
  let rows = 0;
  const { deliveries } = store;
  const open = deliveries.open.bind(deliveries);
  deliveries.open = (afterId) => {
    const found = open(afterId);
    rows += found.length;
    return found;
  };
  const style = () => {
    throw new Error("no outcome is rendered here");
  };
  const deliverer = new Deliverer({
    openFile: NO_FILES,
    ...{ transport: transportOver(telegram, store), store, engines: [], style, progress: new Map(), log: noLog },
  });
  for (let index = 0; index < count; index++) {
    deliveries.add({
      runId: null,
      chatId: "1",
      topicId: null,
      replyTo: null,
      body: `reply ${index}`,
      createdAt: index,
    });
    deliverer.kick();
  }
  return rows;
}

test("each of 4,000 replies that wait is read once, however many wait before it", () => {
  expect(rowsReadFor(4_000)).toBe(4_000);
});
