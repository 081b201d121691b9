import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { initialProgress } from "../../src/domain/progress.ts";
import type { RunOutcome } from "../../src/store/runs.ts";
import { openStore } from "../../src/store/store.ts";
import { loadMarkdown } from "../../src/telegram/markdown/load.ts";
import { Outbox } from "../../src/telegram/outbox.ts";
import { Post } from "../../src/telegram/post.ts";
import { TelegramScreens } from "../../src/telegram/screens.ts";
import { noLog } from "../helpers/recordings.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";
import { FakeChat, type Fault } from "./fake-chat.ts";

// Fake timers do not wait for files: the reader must be there before.
beforeAll(async () => void (await loadMarkdown()));
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What may have to be brought to a chat; `finds` is a piece of it that stands there once. */
const deliveries: Readonly<Record<string, { outcome: Partial<RunOutcome>; finds: RegExp }>> = {
  "a short answer": { outcome: { answer: "All is well." }, finds: /All is well/ },
  "a rich answer": { outcome: { answer: "| a | b |\n|---|---|\n| one | two |" }, finds: /one/ },
  "an answer in parts": {
    outcome: { answer: "A paragraph of words.\n\n".repeat(1700) },
    finds: /^done · .*\s+A paragraph/,
  },
  "an answer in a file": { outcome: { answer: "A paragraph of words.\n\n".repeat(2700) }, finds: /^a file$/ },
  "an error": { outcome: { kind: "error", error: "It broke." }, finds: /It broke/ },
  "an interruption": { outcome: { kind: "interrupted", error: "Interrupted: shut down." }, finds: /Interrupted/ },
  "a cancelled run": { outcome: { kind: "cancelled" }, finds: /^cancelled/ },
};

const METHODS = ["sendMessage", "sendRichMessage", "editMessageText", "deleteMessage", "sendDocument"];
/** What Telegram says no with, by what it says it of. */
const REFUSALS: Readonly<Record<string, readonly string[]>> = {
  send: [
    ...["message to be replied not found", "message thread not found", "can't parse entities: unsupported"],
    ...["message is too long", "RICH_MESSAGE_INVALID"],
  ],
  edit: ["message to edit not found", "message can't be edited", "can't parse entities: unsupported"],
  delete: ["message to delete not found", "message can't be deleted"],
};
const faultsOf = (method: string): readonly Fault[] => [
  ...(["reset before", "reset after", "hang", "bad gateway"] as const).map((type) => ({ type })),
  ...[1, 40].map((seconds) => ({ type: "flood" as const, seconds })),
  ...(REFUSALS[/^[a-z]+/.exec(method)?.[0] ?? ""] ?? []).map((reason) => ({
    type: "refused" as const,
    code: 400,
    reason,
  })),
  { type: "refused", code: 403, reason: "Forbidden: bot was blocked by the user" },
];
const nameOf = (fault: Fault) => Object.values(fault).join(" ");

async function deliver(outcome: Partial<RunOutcome>, prepare: (chat: FakeChat) => void) {
  const chat = new FakeChat();
  const store = openStore(":memory:");
  const outbox = new Outbox(chat, noLog);
  const style = () =>
    ({
      messages: "auto",
      message_overflow: "split",
      show_resume_line: true,
      stream_answer: false,
      session_mode: "stateless",
    }) as const;
  const now = () => Date.now();
  const engines = [scriptedEngine("alpha")];
  const screens = new TelegramScreens({ outbox, post: new Post(outbox), store, engines, style, log: noLog, now });
  const add = { topicId: null, userId: 1, project: null, branch: null, resume: null, follows: null };
  store.runs.add({ ...add, id: "r", chatId: 7, messageId: 1, engine: "alpha", prompt: "p", createdAt: now() });
  const run = store.runs.get("r");
  if (!run) throw new Error("the run is not there");
  const screen = screens.open(run);
  screen.show({ label: "working", progress: initialProgress(), since: now() });
  await vi.advanceTimersByTimeAsync(10_000);
  prepare(chat);
  screen.show({ label: "stopping", progress: initialProgress(), since: now() });
  await vi.advanceTimersByTimeAsync(300);
  const whole = { kind: "done", answer: "", error: undefined, steps: 0, usage: undefined, ...outcome } as const;
  store.runs.end("r", whole, now());
  store.deliveries.add({ runId: "r", chatId: 7, topicId: null, replyTo: 1, body: null, createdAt: now() });
  screen.close();
  screens.deliver();
  await vi.advanceTimersByTimeAsync(400_000);
  const texts = [...chat.messages.values()];
  return { texts, parked: store.deliveries.parked(), open: store.deliveries.open(), calls: chat.calls };
}

const isBusy = (text: string) => /^(working|stopping) · /.test(text);
/** Telegram may have taken what it never answered. */
const inDoubt = ({ type }: Fault) => type === "reset after" || type === "hang";
const isSend = (method: string) => method.startsWith("send");

describe.each(Object.entries(deliveries))("%s", (_, { outcome, finds }) => {
  for (const method of METHODS) {
    test.each(faultsOf(method).map((fault) => [nameOf(fault), fault] as const))(
      `reaches the chat when ${method} meets: %s`,
      async (_name, fault) => {
        const { texts, parked, open } = await deliver(outcome, (chat) => chat.fail(method, fault));
        expect(open).toEqual([]);
        if (parked.length > 0) {
          expect(fault).toMatchObject({ type: "refused", code: 403 });
          expect(isSend(method)).toBe(true);
          expect(parked[0]?.problem).toContain("bot was blocked");
          return;
        }
        const shown = texts.filter((text) => finds.test(text)).length;
        expect(shown).toBeGreaterThanOrEqual(1);
        expect(shown).toBeLessThanOrEqual(inDoubt(fault) && isSend(method) ? 2 : 1);
        expect(texts.filter(isBusy)).toEqual([]);
      },
    );
  }
});

test("faults in a row are outlasted, whatever they are", async () => {
  const { texts, open, parked } = await deliver({ answer: "At last." }, (chat) => {
    for (const type of ["reset before", "bad gateway", "reset before", "bad gateway"] as const) {
      chat.fail("sendMessage", { type });
    }
    chat.fail("sendMessage", { type: "flood", seconds: 40 });
  });
  expect({ open, parked }).toEqual({ open: [], parked: [] });
  expect(texts.filter((text) => text.includes("At last."))).toHaveLength(1);
});

test("a blocked bot's answer is parked with what Telegram said, and not tried again", async () => {
  const { parked, calls } = await deliver({ answer: "Nobody reads this." }, (chat) =>
    chat.fail("sendMessage", { type: "refused", code: 403, reason: "Forbidden: bot was blocked by the user" }),
  );
  expect(parked).toHaveLength(1);
  expect(calls.filter((method) => method === "sendMessage")).toHaveLength(2);
});
