import { expect, test } from "vitest";
import { textOf } from "../helpers/bridge.ts";
import { liveTables, stageLive } from "../helpers/live-stage.ts";

test("/goal works turn after turn: the answers come silently, the last one with a sound", async () => {
  const { say, botSays, outcomeOf, emulator } = await stageLive();
  const answer = await outcomeOf(say("/codex answer"));
  const asked = say("/goal work turn second --tokens 200k", { replyTo: answer.message_id });
  const first = await botSays(/^This was turn 1\.$/);
  expect(first.reply_to_message?.message_id).toBe(asked);
  const last = await outcomeOf(asked);
  expect(textOf(last)).toMatch(/^done · codex[\s\S]*This was turn 2\./);
  const turn = emulator.calls("sendMessage").find(({ payload }) => payload["text"] === "This was turn 1.");
  expect(turn?.payload["disable_notification"]).toBe(true);
  say("/goal", { replyTo: last.message_id });
  await botSays(/^Goal: work turn second\n+reached · 2k of 200k tokens$/);
});

test("a text that waits for the session stays out of its goal, and comes with the next prompt", async () => {
  const { say, botSays, outcomeOf, store } = await stageLive();
  const answer = await outcomeOf(say("/codex answer"));
  const session = /codex resume (\S+)/.exec(textOf(answer))?.[1] ?? "";
  store().threads.addBrief("codex", session, "answer");
  const asked = say("/goal work turn second --tokens 200k", { replyTo: answer.message_id });
  await outcomeOf(asked);
  say("/goal", { replyTo: answer.message_id });
  await botSays(/^Goal: work turn second\n/);
  expect(store().threads.briefs("codex", session).texts).toEqual(["answer"]);
  await outcomeOf(say("model", { replyTo: answer.message_id }));
  expect(store().threads.briefs("codex", session).texts).toEqual([]);
});

test("the answer of a turn that is too long for a message comes whole, in parts", async () => {
  const { say, botSays, outcomeOf, emulator } = await stageLive();
  const asked = say("/goal /codex work long second --tokens 200k");
  await botSays(/^(so far|done) · codex[\s\S]*many words/);
  await outcomeOf(asked);
  await emulator.waitFor(() => {
    const texts = emulator.messages(emulator.privateChatId).map(textOf);
    return texts.filter((text) => /many words end\./.test(text)).length === 2;
  });
});

test("/goal is paused and cleared by its buttons", async () => {
  const { say, botSays, outcomeOf, press } = await stageLive();
  const asked = say("/codex answer");
  await outcomeOf(asked);
  const pursued = say("/goal turn hang --tokens 9k", { replyTo: asked });
  const progress = await botSays(/^goal · codex · turn 1 · 0 of 9k tokens/);
  say("/goal", { replyTo: progress.message_id });
  await press(await botSays(/^Goal: turn hang\n+being worked on · 0 of 9k tokens$/), "Pause");
  const paused = await botSays(/^Goal: turn hang\n+paused/);
  expect(textOf(await outcomeOf(pursued))).toMatch(/^cancelled/);
  await press(paused, "Clear");
  await botSays(/^The goal was cleared\.$/);
});

test("a reply to a session whose own goal is active asks first, and goes on with both", async () => {
  const { say, botSays, outcomeOf, press } = await stageLive();
  const asked = say("/codex answer leave-goal-of-two");
  await outcomeOf(asked);
  const reply = say("answer", { replyTo: asked });
  const card = await botSays(
    /^codex asks: This session has a goal of its own: continue it or pause it\?\n+turn second/i,
  );
  await press(card, "Continue");
  await botSays(/^Hello\.$/);
  expect(textOf(await outcomeOf(reply))).toMatch(/^done · codex[\s\S]*This was turn 2\./);
});

test("a goal that has used its budget is resumed with more by its button", async () => {
  const { say, botSays, outcomeOf, press } = await stageLive({ tables: `${liveTables}[limits]\ngoal_tokens = 2000\n` });
  const asked = say("/goal /codex work turn");
  expect(textOf(await outcomeOf(asked))).toMatch(/^error · codex[\s\S]*This was turn 2\.[\s\S]*used its budget/);
  say("/goal", { replyTo: asked });
  await press(await botSays(/^Goal: work turn\n+stopped: its budget is used up · 2k of 2k tokens$/), "2k more");
  await botSays(/^error · codex[\s\S]*This was turn 4\./);
});

test("an engine without goals, and flags that do not fit, are told in one sentence", async () => {
  const { say, botSays } = await stageLive();
  say("/goal fix it");
  await botSays(/^pi cannot work towards a goal by itself\.$/i);
  say("/goal /codex fix it --tokens many");
  await botSays(/--tokens.? takes a number, such as 200k\.$/);
});
