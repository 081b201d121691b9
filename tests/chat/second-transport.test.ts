import { expect, onTestFinished, test, vi } from "vitest";
import { Bridge } from "../../src/bridge/bridge.ts";
import type { ScheduleClock } from "../../src/bridge/schedules.ts";
import { ChatCards } from "../../src/chat/cards.ts";
import { Dispatcher } from "../../src/chat/dispatch.ts";
import type { Received } from "../../src/chat/incoming.ts";
import { ChatScreens } from "../../src/chat/screens.ts";
import type { Question } from "../../src/domain/question.ts";
import { openStore } from "../../src/store/store.ts";
import type { WorkerEvent } from "../../src/worker/port.ts";
import { load } from "../config/bench.ts";
import { noLog } from "../helpers/recordings.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";
import { NO_FILES, WordTransport } from "../helpers/word-transport.ts";

const step = { id: "1", kind: "command", title: "make test", detail: {} } as const;
const question: Question = { id: "q", kind: "command", title: "make", command: "make", canAllowSession: false };
const common = { engine: "alpha" } as const;
const resume = { engine: "alpha", value: "s-1" };

/** A run that shows a step, asks, and ends once it was answered. */
async function* play(answered: Promise<unknown>): AsyncGenerator<WorkerEvent> {
  yield { type: "placed", cwd: "/" };
  yield { type: "started", ...common, resume };
  yield { type: "action", ...common, phase: "started", action: step };
  yield { type: "question", ...common, question } as WorkerEvent;
  await answered;
  yield { type: "completed", ...common, ok: true, answer: "All is well.", resume };
}

function setUp() {
  const store = openStore(":memory:");
  onTestFinished(() => store.close());
  const config = load('default_engine = "alpha"\n', {}, [scriptedEngine("alpha")]);
  const transport = new WordTransport();
  const sent: unknown[] = [];
  const worker = {
    run: () => {
      let answer = (_: unknown) => {};
      const answered = new Promise((resolve) => (answer = resolve));
      return {
        events: play(answered),
        send: (command: unknown) => {
          sent.push(command);
          answer(command);
        },
      };
    },
    ...{
      operate: async () => ({}),
      look: () => Promise.reject(new Error("not here")),
      recover: async () => [],
      close: async () => {},
    },
    isInstalled: () => true,
    read: NO_FILES,
    ready: async () => {},
    put: () => Promise.reject(new Error("there is no disk here")),
  };
  const parts = { config: () => config, engines: [scriptedEngine("alpha")], store, log: noLog, now: () => Date.now() };
  const style = () =>
    ({
      ...({ message_overflow: "split", show_resume_line: true, goesOn: () => false } as const),
      ...{ show_usage: false, show_output: false },
    }) as const;
  const screens = new ChatScreens({ ...parts, transport, style, openFile: NO_FILES });
  const cards = new ChatCards({ ...parts, transport });
  const bridge = new Bridge({ ...parts, worker, screens, cards, fileSource: transport });
  const dispatcher = new Dispatcher({
    transcribe: () => Promise.reject(new Error("nothing is heard here")),
    ...{
      ...parts,
      bridge,
      schedules: {} as ScheduleClock,
      transport,
      cards,
      engineOverride: undefined,
      botName: "bot",
    },
    deliver: () => screens.deliver(),
  });
  let updateId = 0;
  const receive = (body: (updateId: number) => Received) =>
    dispatcher.receive([{ id: ++updateId, body: body(updateId) }]);
  const ann = { chatId: "hall", topicId: "corner", userId: "ann", userName: "Ann", isPrivate: false };
  return {
    ...{ store, transport, sent },
    say: (messageId: string, text: string, from = {}) =>
      receive((id) => ({
        message: {
          ...ann,
          ...{ updateId: id, messageId, text, isForward: false, attachment: undefined, reply: undefined },
          ...from,
        },
      })),
    press: (messageId: string, data: string) =>
      receive((id) => ({ press: { ...ann, updateId: id, pressId: "poke", messageId, data } })),
  };
}

test("a transport whose ids are words takes a task, shows progress, a card and an answer", async () => {
  const { store, transport, say, press, sent } = setUp();
  say("greeting", "please test it", { userId: "stranger" });
  say("first-wish", "please test it");
  const card = await vi.waitFor(() => {
    const found = transport.find("wants to run");
    if (!found) throw new Error("no card yet");
    return found;
  }, 30_000);
  expect(card.shown.replyTo).toBe("first-wish");
  const [allow] = card.shown.buttons.flat();
  if (!allow || !("press" in allow)) throw new Error("no button");
  press(card.id, allow.press);
  await vi.waitFor(() => expect(transport.find("All is well.")).toBeDefined(), { timeout: 30_000 });
  expect(transport.receipts).toEqual(["Allowing."]);
  expect(sent).toMatchObject([{ type: "answer", questionId: "q", reply: { type: "allow" } }]);
  expect(transport.history.some((text) => /^(starting|working) · alpha/.test(text))).toBe(true);
  const answer = transport.find("All is well.");
  expect(answer?.shown).toMatchObject({ replyTo: "first-wish", text: expect.stringMatching(/^done · alpha/) });
  expect(answer?.shown.text).toContain("alpha resume s-1");
  await vi.waitFor(
    () => expect([...transport.messages.values()].filter(({ text }) => /^working/.test(text))).toEqual([]),
    30_000,
  );
  expect(store.messages.runOf("hall", answer?.id ?? "")).toMatchObject({ topicId: "corner", messageId: "first-wish" });
  expect(store.runs.recent(9)).toHaveLength(1);
});
