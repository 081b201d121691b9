import { expect, test, vi } from "vitest";
import { Deliverer } from "../../src/chat/deliverer.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import type { Telegram } from "../../src/telegram/api.ts";
import { noLog } from "../helpers/recordings.ts";
import { deafTelegram, transportOver } from "../helpers/telegram.ts";
import { NO_FILES } from "../helpers/word-transport.ts";

/** A deliverer of short replies alone. */
function deliverReplies(telegram: Telegram, store: Store): Deliverer {
  const style = () => {
    throw new Error("no outcome is rendered here");
  };
  const transport = transportOver(telegram, store);
  const progress = new Map<string, never>();
  return new Deliverer({ transport, store, engines: [], style, openFile: NO_FILES, progress, log: noLog });
}

test("once it is closed it does not look into the store again", async () => {
  const store = openStore(":memory:");
  const deliverer = deliverReplies(deafTelegram, store);
  const place = { runId: null, chatId: "1", topicId: null, replyTo: null };
  store.deliveries.add({ ...place, body: "reply", createdAt: 0 });
  vi.spyOn(store.deliveries, "sending").mockImplementation(() => {
    throw new Error("database or disk is full");
  });
  vi.spyOn(store.deliveries, "park").mockImplementation(() => {
    throw new Error("database or disk is full");
  });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    deliverer.kick();
    await deliverer.idle();
    expect(vi.getTimerCount()).toBe(1);
    deliverer.close();
    store.close();
    deliverer.kick();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("a reply is marked as sending, on the disk, before the transport has it, and as sent after", async () => {
  const store = openStore(":memory:");
  const durably = vi.spyOn(store, "durably");
  const seen: unknown[] = [];
  const stateOf = () => store.deliveries.open().map(({ state }) => state);
  const telegram: Telegram = {
    call: async () => {
      seen.push({ states: stateOf(), onDisk: durably.mock.results.length });
      return { message_id: 9 } as never;
    },
  };
  const deliverer = deliverReplies(telegram, store);
  store.deliveries.add({ chatId: "1", body: "reply", createdAt: 0 });
  deliverer.kick();
  await deliverer.idle();
  deliverer.close();
  expect(seen).toEqual([{ states: ["sending"], onDisk: 1 }]);
  expect(stateOf()).toEqual([]);
});

test("a part that arrived before the bridge ended is not sent again", async () => {
  const store = openStore(":memory:");
  const call = vi.fn();
  const deliverer = deliverReplies({ call }, store);
  store.deliveries.add({ chatId: "1", body: "reply", createdAt: 0 });
  const [{ id } = { id: 0 }] = store.deliveries.open();
  store.deliveries.progressed(id, 1);
  deliverer.kick();
  await deliverer.idle();
  deliverer.close();
  expect(call).not.toHaveBeenCalled();
  expect(store.deliveries.open()).toEqual([]);
});
