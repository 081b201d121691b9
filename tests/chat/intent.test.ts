import { expect, onTestFinished, test } from "vitest";
import type { Incoming } from "../../src/chat/incoming.ts";
import { classify } from "../../src/chat/intent.ts";
import { openStore } from "../../src/store/store.ts";

const message: Incoming = {
  ...{ updateId: 1, chatId: "c", topicId: undefined, messageId: "m", userId: "u", isPrivate: true },
  ...{ text: "", isForward: false, attachment: undefined, reply: undefined },
};

const FILE = { source: "f", name: "a.txt", mime: "text/plain" };

function typeOf(more: Partial<Incoming>, isPasteOpen = false) {
  const store = openStore(":memory:");
  onTestFinished(() => store.close());
  const names = {
    directives: ["codex", "web"],
    commands: ["cancel", "queue"],
    mayContinue: () => isPasteOpen,
    isOpen: () => true,
  };
  return classify({ message: { ...message, ...more } }, { store, botName: "takobot", ...names });
}

test.each<[Partial<Incoming>, string]>([
  [{ text: "fix it" }, "task"],
  [{ text: "/usr/bin is full" }, "task"],
  [{ text: "/codex fix it" }, "task"],
  [{ text: "/WEB@takobot fix it" }, "task"],
  [{ text: "/queue fix it" }, "queued"],
  [{ text: "/queue" }, "command"],
  [{ text: "/cancel" }, "command"],
  [{ text: "/cancle" }, "command"],
  [{ text: "/cancel@other" }, "nothing"],
  [{ text: "/codex@other fix it" }, "nothing"],
  [{ text: " \n" }, "nothing"],
  [{ text: "/cancel", isForward: true }, "forward"],
  [{ text: "what is this?", attachment: "poll" }, "attachment"],
  [{ text: "what is this?", files: [FILE] }, "task"],
  [{ text: "", files: [FILE] }, "task"],
  [{ text: "/file put docs/", files: [FILE] }, "task"],
  [{ text: "/cancel", files: [FILE] }, "command"],
  [{ text: "", files: [FILE], isForward: true }, "forward"],
])("%j is a %s", (more, type) => {
  expect(typeOf(more).type).toBe(type);
});

test.each<[string, string]>([
  ["/cancel was pressed at 10:03, says the log", "task"],
  ["/etc is full", "task"],
  ["/etc", "task"],
  ["/cancel@other bot", "task"],
  ["/cancel", "command"],
])("while a paste may go on, %j is a %s", (text, type) => {
  expect(typeOf({ text }, true).type).toBe(type);
});
