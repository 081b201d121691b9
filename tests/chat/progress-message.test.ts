import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ProgressMessage } from "../../src/chat/progress-message.ts";
import { initialProgress } from "../../src/domain/progress.ts";
import { stopwatch } from "../../src/domain/stopwatch.ts";
import { openStore } from "../../src/store/store.ts";
import { noLog } from "../helpers/recordings.ts";
import { transportOver } from "../helpers/telegram.ts";
import { FakeChat } from "../telegram/fake-chat.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const style = () =>
  ({
    ...({ message_overflow: "split", show_resume_line: true, goesOn: () => false } as const),
    ...{ show_usage: false, show_output: false },
  }) as const;

function open() {
  const chat = new FakeChat();
  const store = openStore(":memory:");
  const now = () => Date.now();
  const add = { topicId: null, userId: "1", project: null, branch: null, resume: null, follows: null };
  store.runs.add({ ...add, id: "r", chatId: "7", messageId: "1", engine: "alpha", prompt: "p", createdAt: now() });
  const run = store.runs.get("r");
  if (!run) throw new Error("the run is not there");
  const message = new ProgressMessage(run, { transport: transportOver(chat, store), store, style, log: noLog });
  message.show({ label: "working", progress: initialProgress(), elapsedMs: stopwatch() });
  return { chat, store, message };
}

test("its elapsed time moves within the first seconds of a silent engine", async () => {
  const { chat, message } = open();
  const seen = new Set<string>();
  for (let second = 0; second < 12; second++) {
    await vi.advanceTimersByTimeAsync(1_000);
    for (const text of chat.messages.values()) seen.add(text);
  }
  message.close();
  expect([...seen].slice(0, 4)).toEqual([1, 2, 3, 4].map((elapsed) => `working · alpha · ${elapsed}s`));
});

test("a person who deletes it gets a new one with Stop, once", async () => {
  const { chat, store, message } = open();
  await vi.advanceTimersByTimeAsync(500);
  for (const sent of [1, 2, 2]) {
    expect(chat.calls.filter((method) => method === "sendMessage")).toHaveLength(sent);
    chat.messages.clear();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(chat.messages.size).toBe(sent === 1 ? 1 : 0);
    if (sent === 1) {
      expect(store.runs.get("r")?.progressId).toBe(String([...chat.messages.keys()][0]));
      expect(JSON.stringify(chat.payloads.at(-1))).toContain("stop:r");
    }
  }
  const calls = chat.calls.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(chat.calls).toHaveLength(calls);
  expect(store.runs.get("r")?.progressId).toBeNull();
  message.close();
});
