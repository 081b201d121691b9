import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Emulator } from "../../src/playground/emulator.ts";
import { stage, textOf } from "../helpers/bridge.ts";

const BUSY = /^(starting|working|stopping) · /;

/** A topic that is closed, deleted or switched off: by what switch, and what is left of the progress message. */
const ends: Readonly<Record<string, (emulator: Emulator, topic: number) => void>> = {
  closed: ({ closeTopic, groupId }, topic) => closeTopic(groupId, topic),
  deleted: ({ deleteTopic, groupId }, topic) => deleteTopic(groupId, topic),
  "switched off": ({ setTopics, groupId }) => setTopics(groupId, false),
};

test.each(Object.keys(ends))("the answer of a run whose topic is %s meanwhile is seen", async (name) => {
  const { say, botSays, directory, emulator } = await stage();
  const { groupId } = emulator;
  const [topic = 0] = emulator.topicIds;
  const file = join(directory, "release");
  say(`session\nuntil ${file}\nanswer made it\ndone`, { chatId: groupId, threadId: topic });
  await botSays(BUSY, groupId);
  ends[name]?.(emulator, topic);
  writeFileSync(file, "");
  const answer = await botSays(/^done[\s\S]*made it/, groupId);
  expect(answer.is_topic_message).toBeUndefined();
  await emulator.waitFor(() => !emulator.messages(groupId).some((message) => BUSY.test(textOf(message))));
});

test("a bot that may not write any more puts the answer in the place of the progress message", async () => {
  const { say, botSays, directory, emulator } = await stage();
  const { groupId } = emulator;
  const file = join(directory, "release");
  say(`session\nuntil ${file}\nanswer made it\ndone`, { chatId: groupId });
  const progress = await botSays(BUSY, groupId);
  emulator.setRights(groupId, { write: false });
  writeFileSync(file, "");
  expect((await botSays(/^done[\s\S]*made it/, groupId)).message_id).toBe(progress.message_id);
});

const TABLE = "session\nanswer | a | b |\\n|---|---|\\n| one | two |\ndone";

test("a server that takes no rich message is asked once", async () => {
  const { say, outcomeOf, emulator } = await stage();
  emulator.setRichMessages("refused");
  for (const _ of [1, 2]) expect((await outcomeOf(say(TABLE))).text).toContain("one");
  expect(emulator.calls("sendRichMessage")).toHaveLength(1);
});

test("a chat can be given classic messages alone", async () => {
  const { say, outcomeOf, emulator } = await stage({
    tables: "[transports.telegram.chats.700100100]\nmessages = 'classic'",
  });
  expect((await outcomeOf(say(TABLE))).text).toContain("one");
  const { groupId: chatId } = emulator;
  expect((await outcomeOf(say(TABLE, { chatId }), chatId)).rich_message).toBeDefined();
});

test("an answer with something like a mail address is taken as a rich message", async () => {
  const { say, outcomeOf } = await stage();
  const answer = await outcomeOf(say("session\nanswer | a | b |\\n|---|---|\\n| user@host.x | two |\ndone"));
  expect(answer.rich_message).toBeDefined();
});

test("a command behind directives starts nothing, since the engine would be told its words", async () => {
  const { say, botSays, outcomeOf, store } = await stage({ tables: '[projects.web]\npath = "."' });
  say("/beta /web /goal all tests pass");
  await botSays(/^Nothing was started: \/goal has to come first, before directives\.$/);
  expect(store().runs.recent(5)).toEqual([]);
  expect(textOf(await outcomeOf(say("/web /usr/bin/env is missing\nanswer ok\ndone")))).toMatch(/^done/);
});
