import { expect, onTestFinished, test } from "vitest";
import type { Bridge } from "../../src/bridge/bridge.ts";
import type { Press } from "../../src/chat/incoming.ts";
import { answerPress } from "../../src/chat/press.ts";
import { openStore } from "../../src/store/store.ts";

/** What a press on a button of run `r1`, which was asked for in chat 5, tells and cancels. */
function press(chatId: string, data: string) {
  const store = openStore(":memory:");
  onTestFinished(() => store.close());
  const common = { topicId: null, userId: "7", project: null, branch: null, resume: null, follows: null };
  store.runs.add({ ...common, id: "r1", chatId: "5", messageId: "1", engine: "codex", prompt: "p", createdAt: 1 });
  const told: string[] = [];
  const cancelled: string[] = [];
  const cancel = (id: string) => (cancelled.push(id) > 0 ? "running" : "none");
  answerPress(
    { chatId, userId: "7", data } as Press,
    {
      ...{ store, bridge: { cancel } as Bridge, answerLater: () => "" },
      transport: { acknowledge: (_: Press, text: string) => void told.push(text) },
      cards: { chosen: () => new Set(), toggle: () => {} },
    } as unknown as Parameters<typeof answerPress>[1],
  );
  return { told, cancelled };
}

test("a run's button works in the chat of the run", () => {
  expect(press("5", "stop:r1")).toEqual({ told: ["Stopping."], cancelled: ["r1"] });
});

test.each([
  ["pressed in another chat", "6", "stop:r1"],
  ["of a run that nobody knows", "5", "stop:r2"],
  ["that is not ours", "5", "sudo:r1"],
])("a button %s does nothing", (_, chatId, data) => {
  expect(press(chatId, data)).toEqual({ told: ["This button no longer works."], cancelled: [] });
});
