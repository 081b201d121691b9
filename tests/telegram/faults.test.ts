import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { loadMarkdown } from "../../src/chat/markdown/load.ts";
import { ChatScreens } from "../../src/chat/screens.ts";
import { initialProgress } from "../../src/domain/progress.ts";
import { stopwatch } from "../../src/domain/stopwatch.ts";
import { openStore } from "../../src/store/store.ts";
import type { RunOutcome } from "../../src/store/stored-run.ts";
import { noLog } from "../helpers/recordings.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";
import { isSoak, times } from "../helpers/soak.ts";
import { transportOver } from "../helpers/telegram.ts";
import { NO_FILES } from "../helpers/word-transport.ts";
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
    outcome: { answer: `${"A paragraph of words. ".repeat(20)}\n\n`.repeat(95) },
    finds: /^done · .*\s+A paragraph/,
  },
  "an answer in a file": {
    outcome: { answer: `${"A paragraph of words. ".repeat(20)}\n\n`.repeat(150) },
    finds: /^a file$/,
  },
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
const isSend = (method: string) => method.startsWith("send");
const nameOf = (fault: Fault) => Object.values(fault).join(" ");

interface Faults {
  /** Before anything of the run was sent. */
  readonly first?: (chat: FakeChat) => void;
  /** How long that may be tried. */
  readonly firstMs?: number;
  /** When its progress message stands in the chat. */
  readonly later?: (chat: FakeChat) => void;
  /** Whether the chat is to be told something else afterwards. */
  readonly next?: boolean;
}

async function deliver(outcome: Partial<RunOutcome>, { first, firstMs = FIRST_TRIED_MS, later, next }: Faults) {
  const chat = new FakeChat();
  first?.(chat);
  const store = openStore(":memory:");
  const style = () =>
    ({
      message_overflow: "split",
      show_resume_line: true,
      show_usage: false,
      show_output: false,
      goesOn: () => false,
    }) as const;
  const now = () => Date.now();
  const engines = [scriptedEngine("alpha")];
  const screens = new ChatScreens({
    transport: transportOver(chat, store),
    store,
    engines,
    style,
    openFile: NO_FILES,
    log: noLog,
  });
  const add = { topicId: null, userId: "1", project: null, branch: null, resume: null, follows: null };
  store.runs.add({ ...add, id: "r", chatId: "7", messageId: "1", engine: "alpha", prompt: "p", createdAt: now() });
  const run = store.runs.get("r");
  if (!run) throw new Error("the run is not there");
  const screen = screens.open(run);
  screen.show({ label: "working", progress: initialProgress(), elapsedMs: stopwatch() });
  await vi.advanceTimersByTimeAsync(first ? firstMs : 10_000);
  const seen = [...chat.messages.values()];
  later?.(chat);
  // One edit on its way, and another that waits behind it.
  for (const label of ["stopping", "working"] as const) {
    screen.show({ label, progress: initialProgress(), elapsedMs: stopwatch() });
    await vi.advanceTimersByTimeAsync(300);
  }
  const whole = { kind: "done", answer: "", error: undefined, steps: 0, usage: undefined, ...outcome } as const;
  store.runs.end("r", whole, now());
  store.deliveries.add({ runId: "r", chatId: "7", topicId: null, replyTo: "1", body: null, createdAt: now() });
  screen.close();
  screens.deliver();
  await vi.advanceTimersByTimeAsync(400_000);
  if (next) {
    chat.forgive();
    store.deliveries.add({ chatId: "7", body: "something else", createdAt: now() });
    screens.deliver();
    await vi.advanceTimersByTimeAsync(60_000);
  }
  const texts = [...chat.messages.values()];
  return { seen, texts, parked: store.deliveries.parked(), open: store.deliveries.open(), calls: chat.calls };
}

/** A call that hangs is given up after 90 s, and tried again at the next heartbeat. */
const FIRST_TRIED_MS = 150_000;
const BUSY = /^(working|stopping) · /;
const isBusy = (text: string) => BUSY.test(text);
/** Telegram may have taken what it never answered. */
const inDoubt = ({ type }: Fault) => type === "reset after" || type === "hang";

const LONG = 10_000;
/** Edits and deletions are of the progress message, for which it does not matter how long the answer is. */
const methodsOf = ({ answer = "" }: Partial<RunOutcome>) =>
  isSoak || answer.length < LONG ? METHODS : METHODS.filter(isSend);

describe.each(Object.entries(deliveries))("%s", (_, { outcome, finds }) => {
  for (const method of methodsOf(outcome)) {
    test.each(faultsOf(method).map((fault) => [nameOf(fault), fault] as const))(
      `reaches the chat when ${method} meets: %s`,
      async (_name, fault) => {
        const { texts, parked, open } = await deliver(outcome, {
          later: (chat) => chat.fail(method, fault),
        });
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

describe("the first progress message", () => {
  const outcomes = [["done"], ["cancelled"]] as const;
  describe.each(outcomes)("of a run that will be %s", (kind) => {
    test.each(faultsOf("sendMessage").map((fault) => [nameOf(fault), fault] as const))(
      "is seen once, and is gone in the end, when it meets: %s",
      async (_name, fault) => {
        const first = (chat: FakeChat) => chat.fail("sendMessage", fault);
        const { seen, texts, open, parked } = await deliver({ kind, answer: "All is well." }, { first });
        const isBlocked = fault.type === "refused" && fault.code === 403;
        expect(seen).toEqual(isBlocked ? [] : [expect.stringMatching(BUSY)]);
        expect({ open, parked }).toEqual({ open: [], parked: [] });
        expect(texts).toEqual([expect.stringMatching(kind === "done" ? /All is well/ : /^cancelled/)]);
      },
    );
  });

  test("that may have arrived is gone in the end, also if none came after it", async () => {
    const first = (chat: FakeChat) => {
      for (let times = 0; times < 6; times++) chat.fail("sendMessage", { type: "reset after" });
    };
    const { seen, texts } = await deliver({ answer: "All is well." }, { first, firstMs: 24_000 });
    expect(seen).toHaveLength(5);
    expect(texts.filter(isBusy)).toEqual([]);
    // The sixth fault was the answer's: of its two copies the one stays whose id is known.
    expect(texts).toEqual([expect.stringMatching(/All is well/)]);
  });
});

test("faults in a row are outlasted, whatever they are", async () => {
  const later = (chat: FakeChat) => {
    for (const type of ["reset before", "bad gateway", "reset before", "bad gateway"] as const) {
      chat.fail("sendMessage", { type });
    }
    chat.fail("sendMessage", { type: "flood", seconds: 40 });
  };
  const { texts, open, parked } = await deliver({ answer: "At last." }, { later });
  expect({ open, parked }).toEqual({ open: [], parked: [] });
  expect(texts.filter((text) => text.includes("At last."))).toHaveLength(1);
});

test("a blocked bot's answer is parked with what Telegram said, and not tried again", async () => {
  const { parked, calls } = await deliver(
    { answer: "Nobody reads this." },
    {
      later: (chat) => {
        const fault = { type: "refused", code: 403, reason: "Forbidden: bot was blocked by the user" } as const;
        for (let times = 0; times < 9; times++) chat.fail("editMessageText", fault);
        chat.fail("sendMessage", fault);
      },
    },
  );
  expect(parked).toHaveLength(1);
  // The progress message, the answer, and what the main chat is told of it.
  expect(calls.filter((method) => method === "sendMessage")).toHaveLength(3);
});

/** Whatever Telegram refuses, known or not, of whatever it is asked. */
const refused = fc.record({
  method: fc.constantFrom(...METHODS),
  fault: fc.record({
    type: fc.constant("refused" as const),
    code: fc.constantFrom(400, 400, 400, 403, 404),
    reason: fc.oneof(fc.constantFrom(...Object.values(REFUSALS).flat()), fc.stringMatching(/^[A-Z_]{3,20}$/)),
  }),
});

test("no message says that a run goes on once it has ended and its chat can be written to, whatever was refused", async () => {
  const refusals = fc.array(refused, { maxLength: 12 });
  const fail = (faults: readonly { method: string; fault: Fault }[]) => (chat: FakeChat) => {
    for (const { method, fault } of faults) chat.fail(method, fault);
  };
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.values(deliveries)), refusals, refusals, async ({ outcome }, a, b) => {
      const { texts, open } = await deliver(outcome, { first: fail(a), later: fail(b), next: true });
      expect(open).toEqual([]);
      expect(texts.filter(isBusy)).toEqual([]);
      expect(texts.at(-1)).toBe("something else");
    }),
    { numRuns: times(30, 2_000) },
  );
});
