import type { Message } from "@grammyjs/types";
import { describe, expect, test } from "vitest";
import { CARD, closed, press, setUp } from "../helpers/asking.ts";
import { BUSY, type Stage, stage, textOf } from "../helpers/bridge.ts";
import { photo } from "../helpers/pictures.ts";

const cardsIn = ({ emulator }: Stage, chatId: number): readonly Message[] =>
  emulator.messages(chatId).filter((message) => message.from?.is_bot && CARD.test(textOf(message)));

describe("a topic in which a card is open", () => {
  test("and that is deleted leaves the question to /approvals, and the answer is seen", async () => {
    const bridge = await setUp("codex");
    const { say, botSays, emulator } = bridge;
    const { groupId: chatId } = emulator;
    const [threadId = 0] = emulator.topicIds;
    say("approve", { chatId, threadId });
    await botSays(CARD, chatId);
    emulator.deleteTopic(chatId, threadId);
    say("/approvals", { chatId });
    const listed = await botSays(/^- [0-9a-f]{6}[\s\S]*rm -rf build/, chatId);
    say(`/answer ${/[0-9a-f]{6,}/.exec(textOf(listed))?.[0]} deny`, { chatId });
    expect(textOf(await botSays(/^done · codex/, chatId))).toContain("decline");
    await emulator.waitFor(() => !emulator.messages(chatId).some((message) => BUSY.test(textOf(message))));
  });

  test("and that is closed keeps its card, which takes the press", async () => {
    const bridge = await setUp("codex");
    const { say, botSays, emulator } = bridge;
    const { groupId: chatId } = emulator;
    const [threadId = 0] = emulator.topicIds;
    say("approve", { chatId, threadId });
    const card = await botSays(CARD, chatId);
    emulator.closeTopic(chatId, threadId);
    await press(bridge, card, "Deny");
    await closed(bridge, card);
    const answer = await botSays(/^done · codex[\s\S]*decline/, chatId);
    expect(answer.is_topic_message).toBeUndefined();
    expect(cardsIn(bridge, chatId)).toHaveLength(1);
  });
});

describe("what a person quotes", () => {
  const echoOf = async (more: object) => {
    const { outcomeOf, emulator } = await stage();
    const id = emulator.sendText({ chatId: emulator.privateChatId, text: "expand this", ...more }).message_id;
    return textOf(await outcomeOf(id));
  };

  test("of another chat comes with its author, its hidden links and the task, each once", async () => {
    const said = await echoOf({
      entities: [{ type: "text_link", offset: 7, length: 4, url: "https://example.org/own" }],
      more: {
        quote: { text: "point three only", position: 4, is_manual: true },
        external_reply: { origin: { type: "hidden_user", sender_user_name: "Ann\nB", date: 1 }, message_id: 9 },
      },
    });
    expect(said).toContain("You said: expand this");
    expect(said.split("point three only")).toHaveLength(2);
    expect(said.split("https://example.org/own")).toHaveLength(2);
    expect(said).toContain("Ann B");
  });
});

test("an album whose caption is edited while its task runs stays one task, and one sentence says why", async () => {
  const bridge = await stage();
  const { emulator, say, store, botSays } = bridge;
  const chatId = emulator.privateChatId;
  const [first] = emulator.sendBatch(
    [1, 2].map((red) => ({
      ...{ chatId, photo: photo(red), mediaGroupId: "a" },
      ...(red === 1 && { caption: "session\nstep looking\nhang" }),
    })),
  );
  if (!first) throw new Error("no album");
  await botSays(/▸ looking/);
  const edited = { ...first, caption: "something else", edit_date: first.date + 1 };
  emulator.pushUpdate({ edited_message: edited } as never);
  const told = await botSays(/edit/i);
  expect(told.reply_to_message?.message_id).toBe(first.message_id);
  expect(store().runs.recent(5)).toHaveLength(1);
  say("/cancel");
  await botSays(/^cancelled/);
});

test("a webhook that is set while the bridge runs is named, and messages come again once it is removed", async () => {
  const { emulator, log, say, outcomeOf } = await stage();
  emulator.setWebhook("https://example.org/hook");
  await emulator.waitFor(() => log.some(({ event }) => event === "poll.conflict"));
  const conflicts = log.filter(({ event }) => event === "poll.conflict");
  expect(JSON.stringify(conflicts)).toContain("webhook is set on this bot's token");
  expect(JSON.stringify(conflicts)).not.toContain("another program polls");
  const id = say("session\nanswer heard\ndone");
  emulator.setWebhook("");
  expect(textOf(await outcomeOf(id))).toContain("heard");
});

test("ten forwards that nobody asked about get one receipt, without a sound", async () => {
  const { emulator, botSays, say, outcomeOf } = await stage();
  const chatId = emulator.privateChatId;
  const forward = { type: "hidden_user", sender_user_name: "Ann", date: 1 } as const;
  emulator.sendBatch(Array.from({ length: 10 }, (_, index) => ({ chatId, text: `remark ${index}.`, forward })));
  await botSays(/^Kept\. /);
  const answer = textOf(await outcomeOf(say("what do they say?")));
  for (let index = 0; index < 10; index += 1) expect(answer).toContain(`remark ${index}.`);
  const receipts = emulator.calls("sendMessage").filter(({ payload }) => /^Kept\. /.test(String(payload["text"])));
  expect(receipts.map(({ payload }) => payload["disable_notification"])).toEqual([true]);
});

test("an answer whose prompt was deleted meanwhile is sent at most once with the reply, then without", async () => {
  const { emulator, say, botSays, directory } = await stage();
  const { privateChatId: chatId } = emulator;
  const id = say(`session\nstep one\nuntil ${directory}/go\nanswer here it is\ndone`);
  await botSays(/▸ one/);
  emulator.deleteMessage(chatId, id);
  say(`session\nsave ${directory}/go now\ndone`);
  await botSays(/^done[\s\S]*here it is/);
  const sends = emulator.calls("sendMessage").filter(({ payload }) => String(payload["text"]).includes("here it is"));
  expect(sends.length).toBeLessThanOrEqual(2);
  expect(sends.at(-1)?.status).toBe(200);
});
