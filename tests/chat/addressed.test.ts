import { expect, test } from "vitest";
import { isAddressed } from "../../src/chat/addressed.ts";
import type { Incoming } from "../../src/chat/incoming.ts";

const address = { botName: "takobot", directives: ["codex", "web"], commands: ["cancel"] };
const reply = (isByBot: boolean) => ({ messageId: "1", text: "", isByBot });

test.each<[Partial<Incoming>, boolean]>([
  [{ text: "lunch?" }, false],
  [{ text: "@takobot fix it" }, true],
  [{ text: "please fix it, @TakoBot" }, true],
  [{ text: "@takobot2 fix it" }, false],
  [{ text: "/cancel" }, true],
  [{ text: "/CODEX fix it" }, true],
  [{ text: "/codex@takobot fix it" }, true],
  [{ text: "/codex@other fix it" }, false],
  [{ text: "/lunch now" }, false],
  [{ text: "go on", reply: reply(true) }, true],
  [{ text: "go on", reply: reply(false) }, false],
])("%j is for the bot: %s", (message, isForBot) => {
  expect(isAddressed(message as Incoming, address)).toBe(isForBot);
});
