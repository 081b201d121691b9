import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Superseded } from "../../src/chat/transport.ts";
import { Refused, type Telegram, Unreachable } from "../../src/telegram/api.ts";
import { Outbox } from "../../src/telegram/outbox.ts";
import { PRIORITY, TYPING } from "../../src/telegram/outbox-op.ts";
import { noLog } from "../helpers/recordings.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Sent {
  readonly method: string;
  readonly chatId: unknown;
  readonly text: unknown;
  readonly atMs: number;
}

/** A Telegram that fails as told, then answers. */
function telegram(failures: unknown[] = []) {
  const sent: Sent[] = [];
  const began = performance.now();
  const api: Telegram = {
    call: async (method, payload) => {
      const { chat_id, text } = payload as { chat_id?: unknown; text?: unknown };
      sent.push({ method, chatId: chat_id, text, atMs: Math.round(performance.now() - began) });
      const failure = failures.shift();
      if (failure) throw failure;
      return { message_id: sent.length } as never;
    },
  };
  return { api, sent, outbox: new Outbox(api, noLog), texts: () => sent.map(({ text }) => text) };
}

const send = (outbox: Outbox, chat_id: number, text: string, doubt: "repeat" | "fail" = "fail") =>
  outbox.push({ method: "sendMessage", priority: PRIORITY.answer, doubt, payload: { chat_id, text } });
const edit = (outbox: Outbox, chat_id: number, text: string, key = "k") =>
  outbox.push({
    method: "editMessageText",
    priority: PRIORITY.edit,
    key,
    doubt: "repeat",
    payload: { chat_id, message_id: 1, text },
  });
const FULL = ["full", "full", "full", "full"];
/** Uses up the burst of chat 1, so that what comes next has to wait. */
async function fill(outbox: Outbox): Promise<void> {
  for (let index = 0; index < FULL.length; index++) void send(outbox, 1, "full");
  await vi.advanceTimersByTimeAsync(200);
}
const settle = () => vi.advanceTimersByTimeAsync(0);

describe("the outbox", () => {
  test("sends a first message at once and keeps to a message a second in a chat after a short burst", async () => {
    const { outbox, sent } = telegram();
    for (let index = 0; index < 10; index++) void send(outbox, 1, `${index}`);
    await settle();
    expect(sent[0]?.atMs).toBe(0);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(sent).toHaveLength(10);
    for (const { atMs } of sent)
      expect(sent.filter((other) => other.atMs >= atMs && other.atMs < atMs + 5000).length).toBeLessThanOrEqual(9);
  });

  test("keeps to 20 messages a minute in a group, and a busy group holds up nobody else", async () => {
    const { outbox, sent } = telegram();
    for (let index = 0; index < 60; index++) void send(outbox, -5, `${index}`);
    void send(outbox, 1, "private");
    await vi.advanceTimersByTimeAsync(500);
    expect(sent.some(({ chatId }) => chatId === 1)).toBe(true);
    await vi.advanceTimersByTimeAsync(240_000);
    const group = sent.filter(({ chatId }) => chatId === -5);
    expect(group).toHaveLength(60);
    for (const { atMs } of group)
      expect(group.filter((other) => other.atMs >= atMs && other.atMs < atMs + 60_000).length).toBeLessThanOrEqual(20);
  });

  test("keeps to 30 calls a second over all chats", async () => {
    const { outbox, sent } = telegram();
    for (let chat = 1; chat <= 90; chat++) void send(outbox, chat, "hi");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toHaveLength(90);
    for (const { atMs } of sent)
      expect(sent.filter((other) => other.atMs >= atMs && other.atMs < atMs + 1000).length).toBeLessThanOrEqual(30);
  });

  test("shows no typing any more if an answer waits", async () => {
    const { outbox, texts } = telegram();
    await fill(outbox);
    const typing = outbox.push({
      ...{ method: "sendChatAction", priority: PRIORITY.typing, key: TYPING, doubt: "fail" },
      payload: { chat_id: 1, action: "typing" },
    });
    const outcome = typing.catch((error: unknown) => error);
    void send(outbox, 1, "answer");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await outcome).toBeInstanceOf(Superseded);
    expect(texts()).toEqual([...FULL, "answer"]);
  });

  test("lets the newest of the waiting edits of a message win, in the first one's place", async () => {
    const { outbox, texts } = telegram();
    await fill(outbox);
    const outcomes = [edit(outbox, 1, "old"), edit(outbox, 1, "new")].map((one) =>
      one.catch((error: unknown) => error),
    );
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await outcomes[0]).toBeInstanceOf(Superseded);
    expect(texts()).toEqual([...FULL, "new"]);
  });

  test("sends answers before edits, and takes back what is not needed any more", async () => {
    const { outbox, texts } = telegram();
    await fill(outbox);
    const edited = edit(outbox, 1, "edit").catch((error: unknown) => error);
    const dropped = edit(outbox, 1, "dropped", "other").catch((error: unknown) => error);
    void send(outbox, 1, "answer");
    expect(outbox.drop("1", "other")).toBe(true);
    expect(outbox.drop("1", "other")).toBe(false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await dropped).toBeInstanceOf(Superseded);
    expect(await edited).toMatchObject({ message_id: FULL.length + 2 });
    expect(texts().slice(FULL.length)).toEqual(["answer", "edit"]);
  });

  test("sends what can be pressed first, a note last, and a new run's message within a second of a full chat", async () => {
    const { outbox, sent } = telegram();
    await fill(outbox);
    const op = (text: string, priority: (typeof PRIORITY)[keyof typeof PRIORITY]) =>
      void outbox.push({ method: "sendMessage", priority, doubt: "fail", payload: { chat_id: 1, text } });
    op("note", PRIORITY.note);
    for (let index = 0; index < 3; index++) op("answer", PRIORITY.answer);
    op("card", PRIORITY.press);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(sent.slice(FULL.length).map(({ text }) => text)).toEqual(["card", "answer", "answer", "answer", "note"]);
    expect((sent[FULL.length]?.atMs ?? 0) - (sent[FULL.length - 1]?.atMs ?? 0)).toBeLessThanOrEqual(1_100);
  });

  test("slows a chat down that was refused for its pace, and comes back to it", async () => {
    const { outbox, sent } = telegram([new Refused("sendMessage", 429, "Too Many Requests", 3)]);
    for (let index = 0; index < 60; index++) void send(outbox, 1, `${index}`);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sent).toHaveLength(61);
    const gap = (index: number) => (sent[index]?.atMs ?? 0) - (sent[index - 1]?.atMs ?? 0);
    expect(gap(3)).toBeGreaterThan(1_700);
    expect(gap(60)).toBeLessThan(1_100);
  });

  test("obeys a 429 for its chat alone, however long, and sends then", async () => {
    const { outbox, sent } = telegram([new Refused("sendMessage", 429, "Too Many Requests", 40)]);
    const answer = send(outbox, 1, "slow");
    await settle();
    void send(outbox, 2, "other");
    await vi.advanceTimersByTimeAsync(39_000);
    expect(sent.map(({ text }) => text)).toEqual(["slow", "other"]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sent.map(({ text }) => text)).toEqual(["slow", "other", "slow"]);
    await expect(answer).resolves.toBeDefined();
  });

  test("repeats what never arrived and 5xx until it is through", async () => {
    const refused = new Unreachable("sendMessage", "ECONNREFUSED", false);
    const { outbox, sent } = telegram([refused, new Refused("sendMessage", 502, "Bad Gateway", undefined), refused]);
    const answer = send(outbox, 1, "hi");
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(answer).resolves.toBeDefined();
    expect(sent).toHaveLength(4);
  });

  test("does not repeat a message that may have arrived, but does an edit", async () => {
    const lost = () => new Unreachable("x", "ECONNRESET", true);
    const { outbox, sent } = telegram([lost(), lost()]);
    await expect(send(outbox, 1, "once")).rejects.toBeInstanceOf(Unreachable);
    const edited = edit(outbox, 1, "again");
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(edited).resolves.toBeDefined();
    expect(sent.map(({ text }) => text)).toEqual(["once", "again", "again"]);
  });

  test("hands any other refusal to whoever asked", async () => {
    const { outbox } = telegram([new Refused("sendMessage", 400, "chat not found", undefined)]);
    await expect(send(outbox, 1, "hi")).rejects.toMatchObject({ code: 400, reason: "chat not found" });
  });

  test("refuses everything once closed", async () => {
    const { outbox } = telegram();
    await fill(outbox);
    const waiting = send(outbox, 1, "waits").catch((error: unknown) => error);
    outbox.close();
    expect(await waiting).toBeInstanceOf(Superseded);
    await expect(send(outbox, 1, "late")).rejects.toBeInstanceOf(Superseded);
  });
});
