import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Message } from "@grammyjs/types";
import { describe, expect, test } from "vitest";
import { type Stage, stage, textOf } from "../helpers/bridge.ts";

/** A task that runs until the returned function is called, so that others wait. */
async function busy({ say, botSays, directory }: Stage): Promise<{ id: number; release: () => void }> {
  const file = join(directory, "release");
  const id = say(`session\nuntil ${file}\nanswer first\ndone`);
  await botSays(/^working/);
  return { id, release: () => writeFileSync(file, "") };
}

const one = () => stage({ tables: "[limits]\nparallel_runs = 1" });
const RECEIPT = /^The waiting task was changed\.$/;

describe("an edited message", () => {
  test("changes the task while it waits, directives of the message left out of it", async () => {
    const staged = await one();
    const { say, botSays, outcomeOf, emulator } = staged;
    const { release } = await busy(staged);
    const id = say("session\nanswer before\ndone");
    await botSays(/^queued/);
    emulator.editText({
      chatId: emulator.privateChatId,
      messageId: id,
      text: "/queue /alpha session\necho\nanswer after\ndone",
    });
    expect((await botSays(RECEIPT)).reply_to_message?.message_id).toBe(id);
    release();
    const answer = textOf(await outcomeOf(id));
    expect(answer).toContain("after");
    expect(answer).not.toMatch(/before|\/alpha|\/queue/);
  });

  test("changes nothing once its task runs or has ended, and says so", async () => {
    const staged = await one();
    const { outcomeOf, emulator, store, say, botSays } = staged;
    const { id, release } = await busy(staged);
    const chatId = emulator.privateChatId;
    emulator.editText({ chatId, messageId: id, text: "session\nanswer changed\ndone" });
    await botSays(/^This task runs already, so the edit changes nothing/);
    const told = emulator.calls("sendMessage").find(({ payload }) => /changes nothing/.test(String(payload["text"])));
    expect(told?.payload["disable_notification"]).toBe(true);
    release();
    expect(textOf(await outcomeOf(id))).toContain("first");
    emulator.editText({ chatId, messageId: id, text: "session\nanswer again\ndone" });
    await botSays(/^This task has ended, so the edit changes nothing/);
    await outcomeOf(say("session\nanswer next\ndone"));
    expect(store().runs.recent(10)).toHaveLength(2);
    expect(emulator.messages(chatId).some((message) => RECEIPT.test(textOf(message)))).toBe(false);
  });

  test("cannot give a waiting task another engine, project or branch, and says so", async () => {
    const staged = await stage({ tables: `[limits]\nparallel_runs = 1\n[projects.web]\npath = "."` });
    const { say, botSays, outcomeOf, emulator } = staged;
    const { release } = await busy(staged);
    const chatId = emulator.privateChatId;
    const id = say("session\nanswer before\ndone");
    await botSays(/^queued/);
    for (const [index, directive] of ["/beta", "/web"].entries()) {
      emulator.editText({ chatId, messageId: id, text: `${directive} session\nanswer after\ndone` });
      const isRefusal = (message: Message) =>
        /^A waiting task keeps its engine, project and branch/.test(textOf(message));
      await emulator.waitFor(() => emulator.messages(chatId).filter(isRefusal).length > index);
    }
    release();
    expect(textOf(await outcomeOf(id))).toContain("before");
  });

  test("cannot change a task that was joined from several messages, and says so", async () => {
    const staged = await one();
    const { botSays, outcomeOf, emulator } = staged;
    const { release } = await busy(staged);
    const chatId = emulator.privateChatId;
    const forward = {
      type: "user" as const,
      date: 1_700_000_000,
      sender_user: { id: 7, is_bot: false, first_name: "Ann" },
    };
    const [prompt] = emulator.sendBatch([
      { chatId, text: "what do they say?" },
      { chatId, text: "this", forward },
    ]);
    await botSays(/^queued/);
    emulator.editText({ chatId, messageId: prompt?.message_id ?? 0, text: "never mind" });
    await botSays(/^This task was joined from several messages/);
    release();
    expect(textOf(await outcomeOf(prompt?.message_id ?? 0))).toContain("what do they say?");
  });
});
