import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Incoming } from "../../src/chat/incoming.ts";
import { type Group, Joiner } from "../../src/chat/join.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

let next = 0;
function message(text: string, more: Partial<Incoming> = {}): Incoming {
  const id = ++next;
  const base = { topicId: undefined, userId: "1", isPrivate: true, attachment: undefined, reply: undefined };
  return { ...base, updateId: id, messageId: String(id), chatId: "1", text, isForward: false, ...more };
}
const forward = (text: string, more: Partial<Incoming> = {}) => message(text, { isForward: true, ...more });

function joiner() {
  const groups: Group[] = [];
  const held: string[] = [];
  const made = new Joiner({
    windowMs: () => 1000,
    albumMs: () => 1000,
    submit: (group) => {
      groups.push(group);
      return `run${groups.length}`;
    },
    takeBack: () => {},
    hold: ({ text }) => held.push(text),
    now: () => Date.now(),
  });
  const take = (messages: readonly Incoming[]) => {
    for (const one of messages) made.add(one);
    made.settle();
  };
  return {
    made,
    joiner: { take, flush: () => made.flush() },
    groups,
    held,
    texts: () => groups.map(({ text }) => text),
  };
}

describe("joining", () => {
  test("passes an ordinary message on at once", () => {
    const { joiner: it, texts } = joiner();
    it.take([message("fix it")]);
    expect(texts()).toEqual(["fix it"]);
  });

  test("keeps two prompts of one batch apart", () => {
    const { joiner: it, texts } = joiner();
    it.take([message("one"), message("two")]);
    expect(texts()).toEqual(["one", "two"]);
  });

  test("joins forwards of the batch, by message id, and waits for more of them", () => {
    const { joiner: it, groups } = joiner();
    it.take([
      message("what?", { messageId: "10" }),
      forward("b", { messageId: "12" }),
      forward("a", { messageId: "11" }),
    ]);
    expect(groups).toEqual([]);
    vi.advanceTimersByTime(900);
    it.take([forward("c", { messageId: "13" })]);
    vi.advanceTimersByTime(999);
    expect(groups).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(groups.map(({ text, messageIds }) => [text, messageIds])).toEqual([
      ["what?\n\na\n\nb\n\nc", ["10", "12", "11", "13"]],
    ]);
  });

  test("gives a forward that comes after its prompt has started to that run", () => {
    const { joiner: it, groups } = joiner();
    it.take([message("what?")]);
    it.take([forward("late")]);
    it.take([forward("later")]);
    vi.advanceTimersByTime(1000);
    expect(groups.map(({ text, follows }) => [text, follows])).toEqual([
      ["what?", undefined],
      ["late\n\nlater", "run1"],
    ]);
  });

  test("holds a forward that nobody said anything to", () => {
    const { joiner: it, groups, held } = joiner();
    it.take([message("what?")]);
    vi.advanceTimersByTime(1001);
    it.take([forward("lonely")]);
    expect(held).toEqual(["lonely"]);
    expect(groups).toHaveLength(1);
  });

  test("joins the parts of a long paste by lines, and starts with the last part", () => {
    const { joiner: it, texts } = joiner();
    const long = "x".repeat(4096);
    it.take([message(long)]);
    expect(texts()).toEqual([]);
    it.take([message(long), message("end")]);
    expect(texts()).toEqual([`${long}\n${long}\nend`]);
  });

  test("joins a word that the client cut, and leaves fences on lines of their own", () => {
    const { joiner: it, texts } = joiner();
    const long = "x".repeat(4096);
    it.take([message(long, { room: 0 }), message("x".repeat(304))]);
    it.take([message(long, { room: 0 }), message("```\ny\n```")]);
    expect(texts()).toEqual(["x".repeat(4400), `${long}\n\`\`\`\ny\n\`\`\``]);
  });

  test.each(["🦀", "👨‍👩‍👧‍👦"])("joins a word that the client cut before %s, which had no room", (character) => {
    const { joiner: it, texts } = joiner();
    const long = "x".repeat(4095);
    it.take([message(long, { room: 1 }), message(`${character}yz`)]);
    it.take([message(long, { room: 1 }), message("a new line")]);
    expect(texts()).toEqual([`${long}${character}yz`, `${long}\na new line`]);
  });

  test("knows when a paste may go on", () => {
    const { joiner: it, made } = joiner();
    it.take([message("x".repeat(4085))]);
    expect(made.mayContinue(message("/cancel was pressed"))).toBe(true);
    expect(made.mayContinue(message("/cancel was pressed", { userId: "2" }))).toBe(false);
    vi.advanceTimersByTime(1000);
    expect(made.mayContinue(message("/cancel was pressed"))).toBe(false);
  });

  test("starts a long message alone when nothing follows", () => {
    const { joiner: it, texts } = joiner();
    it.take([message("x".repeat(4096))]);
    vi.advanceTimersByTime(1000);
    expect(texts()).toHaveLength(1);
  });

  test("never mixes senders, chats or topics", () => {
    const { joiner: it, texts } = joiner();
    const long = "x".repeat(4096);
    it.take([message(long)]);
    it.take([message("other", { userId: "2" }), message("topic", { topicId: "5" }), message("chat", { chatId: "9" })]);
    expect(texts()).toEqual(["other", "topic", "chat"]);
    it.flush();
    expect(texts()).toEqual(["other", "topic", "chat", long]);
  });

  test("puts what was quoted below the text, marked", () => {
    const { joiner: it, texts } = joiner();
    it.take([message("expand this", { quote: { text: "point three\nonly", from: undefined } })]);
    it.take([message("why?", { quote: { text: "", from: "a message by Ann in another chat" } })]);
    expect(texts()).toEqual([
      "expand this\n\nQuoted from the message that this replies to:\n> point three\n> only",
      "why?\n\n(This replies to a message by Ann in another chat; its text did not come with it.)",
    ]);
  });
});
