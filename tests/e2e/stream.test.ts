import { describe, expect, test } from "vitest";
import { type Stage, textOf } from "../helpers/bridge.ts";
import { stageLive } from "../helpers/live-stage.ts";

const STREAMED = "stream_answer = true";

/** The draft of the answer to a message. */
const draftOf = ({ emulator }: Stage, id: number) =>
  emulator.waitFor(() => emulator.draft(emulator.privateChatId, id), 30_000);

/** Ends the only run of a chat. */
async function cancel({ say, outcomeOf }: Stage, id: number): Promise<void> {
  say("/cancel");
  await outcomeOf(id);
}

describe("stream_answer", () => {
  test("shows the answer while it is written, and Telegram's Stop ends the turn and keeps the session", async () => {
    const staged = await stageLive({ telegram: STREAMED });
    const { say, outcomeOf, emulator } = staged;
    const first = say("endless");
    const draft = await draftOf(staged, first);
    expect(draft.canStop).toBe(true);
    expect(JSON.stringify(draft.rich_message)).toContain("word");
    emulator.stopDraft(emulator.privateChatId, first);
    expect(textOf(await outcomeOf(first))).toMatch(/^cancelled · pi[\s\S]*pi --session session-/);
    expect(textOf(await outcomeOf(say("answer", { replyTo: first })))).toContain("Hello.");
  });

  test("ends with the answer as one message, and no draft is left", async () => {
    const { say, outcomeOf, emulator } = await stageLive({ telegram: STREAMED });
    const id = say("answer");
    expect(textOf(await outcomeOf(id))).toContain("Hello.");
    expect(emulator.draft(emulator.privateChatId, id)).toBeUndefined();
  });

  test.each(["classic", "auto"])("sends text if blocks are not wanted or not known (messages = %s)", async (mode) => {
    const staged = await stageLive({ telegram: `${STREAMED}\nmessages = "${mode}"` });
    if (mode === "auto") staged.emulator.setRichMessages(false);
    const id = staged.say("endless");
    expect((await draftOf(staged, id)).text).toBe("word");
    await cancel(staged, id);
  });

  test("concerns private chats alone, if it is set", async () => {
    const { say, outcomeOf, botSays, emulator } = await stageLive({ telegram: STREAMED });
    const id = say("endless", { chatId: emulator.groupId });
    await botSays(/^working · pi/, emulator.groupId);
    say("/cancel", { chatId: emulator.groupId });
    await outcomeOf(id, emulator.groupId);
    const off = await stageLive();
    const second = off.say("endless");
    await off.botSays(/^working · pi/);
    await cancel(off, second);
    for (const { calls } of [emulator, off.emulator]) {
      expect([...calls("sendRichMessageDraft"), ...calls("sendMessageDraft")]).toEqual([]);
    }
  });

  test("a Stop for a draft that nobody writes does nothing", async () => {
    const staged = await stageLive({ telegram: STREAMED });
    const id = staged.say("endless");
    await draftOf(staged, id);
    staged.emulator.stopDraft(staged.emulator.privateChatId, id + 1000);
    await staged.emulator.waitFor(() => staged.emulator.waitingUpdates() === 0);
    expect(staged.store().runs.recent(1)[0]?.state).toBe("running");
    await cancel(staged, id);
  });
});
