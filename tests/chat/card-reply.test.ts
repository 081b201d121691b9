import { expect, onTestFinished, test } from "vitest";
import type { Bridge } from "../../src/bridge/bridge.ts";
import { parseCardPress } from "../../src/chat/card-buttons.ts";
import { pressCard, replyToCard } from "../../src/chat/card-reply.ts";
import type { Incoming, Press } from "../../src/chat/incoming.ts";
import { classify } from "../../src/chat/intent.ts";
import type { Question, Reply } from "../../src/domain/question.ts";
import { openStore } from "../../src/store/store.ts";

const KEY = "0123456789abcdef";
const CARD_ID = "50";

const colours: Question = {
  ...{ id: "1", kind: "choice", title: "Which?", isMultiple: false, isOpen: false },
  options: [
    { value: "r", label: "Red" },
    { value: "g", label: "Green" },
  ],
};
const approval: Question = { id: "1", kind: "command", title: "make", command: "make", canAllowSession: false };
/** Their numbers would be mistaken for answers. */
const sizes: Question = {
  ...{ id: "1", kind: "choice", title: "How many?", isMultiple: false, isOpen: true },
  options: [
    { value: "4", label: "4 workers" },
    { value: "8", label: "8 workers" },
  ],
};
const words: Question = { id: "1", kind: "text", title: "Name?", isSecret: false };

function setUp(question: Question) {
  const store = openStore(":memory:");
  onTestFinished(() => store.close());
  const common = { topicId: null, userId: "7", project: null, branch: null, resume: null, follows: null };
  store.runs.add({ ...common, id: "r1", chatId: "5", messageId: "1", engine: "codex", prompt: "p", createdAt: 1 });
  store.questions.add({ key: KEY, runId: "r1", question, chatId: "5", topicId: null, askedAt: 1 });
  store.questions.addMessage(KEY, "5", CARD_ID);
  const given: [Reply, { id: string; name: string }][] = [];
  const answer: Bridge["tickets"]["answer"] = (_stored, reply, user) => given.push([reply, user]) === 1;
  const chosen = new Set<number>();
  const asked: string[] = [];
  const parts = {
    store,
    bridge: { tickets: { answer } } as Bridge,
    cards: {
      chosen: () => chosen,
      toggle: (_key: string, index: number) => void chosen.add(index),
      show: () => {},
      askWhyNot: (key: string) => void asked.push(key),
    },
    now: () => 3,
  };
  const press = (what: string, chatId = "5") => {
    const action = parseCardPress(`q:${KEY}:${what}`);
    if (!action) throw new Error(`no data of ours: ${what}`);
    const pressed = { updateId: 1, chatId, userId: "7", userName: "Ann", data: "" } as Press;
    return pressCard(pressed, action, parts);
  };
  const say = (text: string, more: Partial<Incoming> = {}) => {
    const message = {
      chatId: "5",
      userId: "7",
      userName: "Ann",
      text,
      reply: { messageId: CARD_ID, text: "" },
      ...more,
    };
    const intent = classify(
      { message: message as Incoming },
      { store, botName: "bot", directives: [], commands: ["cancel"], mayContinue: () => false, isOpen: () => true },
    );
    if (intent.type !== "cardReply") return "no reply to a card";
    return replyToCard(intent.message, intent.question, parts);
  };
  return { store, given, asked, press, say };
}

test.each<[Question, string, Reply]>([
  [approval, "allow", { type: "allow", scope: "once" }],
  [{ ...approval, canAllowSession: true }, "session", { type: "allow", scope: "session" }],
  [approval, "deny", { type: "deny" }],
  [colours, "1", { type: "choose", values: ["g"] }],
  [colours, "dismiss", { type: "dismiss" }],
  [words, "dismiss", { type: "dismiss" }],
])("of %j, the button %s replies", (question, what, reply) => {
  const { given, press } = setUp(question);
  expect(press(what)).toMatch(/ing\.$/);
  expect(given).toEqual([[reply, { id: "7", name: "Ann" }]]);
  expect(press(what)).toBe("Another answer is on its way.");
});

test.each<[Question, string]>([
  [approval, "session"],
  [approval, "dismiss"],
  [approval, "1"],
  [words, "allow"],
  [colours, "7"],
  [colours, "done"],
  [colours, "allow"],
])("of %j, a button %s that it does not have does nothing", (question, what) => {
  const { given, press } = setUp(question);
  expect(press(what)).toMatch(/^(This button no longer works|Nothing is chosen)\.$/);
  expect(given).toEqual([]);
});

test("options are ticked, and sent together in their order", () => {
  const { given, press } = setUp({ ...colours, isMultiple: true } as Question);
  expect([press("1"), press("0"), press("9"), press("done")]).toEqual([
    ...["Ticked.", "Ticked.", "This button no longer works.", "Answering."],
  ]);
  expect(given.map(([reply]) => reply)).toEqual([{ type: "choose", values: ["r", "g"] }]);
});

test("a button pressed in another chat is dead", () => {
  const { given, press } = setUp(approval);
  expect(press("allow", "6")).toBe("This button no longer works.");
  expect(given).toEqual([]);
});

test.each<[Question, string, Reply]>([
  [approval, "not now", { type: "deny", reason: "not now" }],
  [approval, "/codex do it", { type: "deny", reason: "/codex do it" }],
  [words, " Ada ", { type: "text", text: "Ada" }],
  [words, "/usr/bin", { type: "text", text: "/usr/bin" }],
  [colours, "green", { type: "choose", values: ["g"] }],
  [colours, "2", { type: "choose", values: ["g"] }],
  [colours, "1.", { type: "choose", values: ["r"] }],
  [{ ...colours, isMultiple: true } as Question, "2, 1", { type: "choose", values: ["r", "g"] }],
  [{ ...colours, isOpen: true } as Question, "7", { type: "text", text: "7" }],
  [sizes, "2", { type: "text", text: "2" }],
  [{ ...colours, isOpen: true } as Question, "blue", { type: "text", text: "blue" }],
])("to %j, the message %j replies", (question, text, reply) => {
  const { given, say } = setUp(question);
  expect(say(text)).toBeUndefined();
  expect(given.map(([first]) => first)).toEqual([reply]);
});

test("a reply that is no answer is refused, and passed on to nobody", () => {
  const { given, say } = setUp(colours);
  const told = "This takes one of its options: press a button, or reply with its number.";
  expect([say("blue"), say("0"), say("3"), say("1 2")]).toEqual([told, told, told, told]);
  expect(say("")).toBe("This takes text only.");
  expect(say("", { attachment: "sticker" })).toBe("This takes text only.");
  expect(given).toEqual([]);
});

test("a command to the bot, another message and another chat are no replies to the card", () => {
  const { say } = setUp(words);
  expect(say("/cancel")).toBe("no reply to a card");
  expect(say("x", { reply: undefined })).toBe("no reply to a card");
  expect(say("x", { reply: { messageId: "51", text: "" } })).toBe("no reply to a card");
  expect(say("x", { chatId: "6" })).toBe("no reply to a card");
});

test("a question that is closed says so, to presses and to messages", () => {
  const { store, press, say, given } = setUp(approval);
  store.questions.settle(KEY, { type: "deny" }, { by: "user", user: { id: "8", name: "Bob" } }, 2);
  expect(press("allow")).toBe("Already answered by Bob.");
  expect(say("no")).toBe("Already answered by Bob. Your message was not passed on.");
  expect(given).toEqual([]);
});
