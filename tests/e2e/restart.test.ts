import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { stage, textOf } from "../helpers/bridge.ts";

test("Resume pressed twice goes on once", async () => {
  const staged = await stage({ tables: "[limits]\nparallel_runs = 1" });
  const { say, botSays, outcomeOf, stop, start, emulator, store } = staged;
  const id = say("session\nstep working\nhang");
  await botSays(/▸ working/);
  await stop();
  start();
  const outcome = await outcomeOf(id);
  say("session\nstep busy\nhang");
  await botSays(/▸ busy/);
  const data = /resume:[a-z0-9]+/.exec(JSON.stringify(outcome.reply_markup))?.[0] ?? "";
  const place = { chatId: emulator.privateChatId, messageId: outcome.message_id, data };
  const presses = [emulator.press(place), emulator.press(place)];
  const answers = await Promise.all(presses.map((press) => emulator.waitFor(() => emulator.answerTo(press))));
  expect(answers.map(({ text }) => text)).toEqual(["Resuming.", "It was resumed already: see below."]);
  const prompts = store()
    .runs.open()
    .map(({ prompt }) => prompt);
  expect(prompts.filter((prompt) => prompt === "continue")).toHaveLength(1);
});

test("a paste that may grow when the bridge ends runs at the next start", async () => {
  const { say, outcomeOf, stop, start, emulator, store } = await stage({ telegram: "forward_coalesce_s = 600" });
  const id = say(`session\nanswer later\ndone\n${"x".repeat(4000)}`);
  await vi.waitFor(() => expect(emulator.waitingUpdates()).toBe(0), 30_000);
  await stop();
  expect(store().runs.open()).toMatchObject([{ state: "queued", messageId: String(id) }]);
  start();
  expect(textOf(await outcomeOf(id))).toMatch(/^done[\s\S]*later/);
});

test("a chat does not continue outside of projects with a session that began where the bridge was started before", async () => {
  const { say, outcomeOf, stop, start, directory } = await stage({
    telegram: 'session_mode = "chat"',
    tables: '[projects.web]\npath = "."',
  });
  const sessionOf = async (text: string) => /alpha resume \S+/.exec(textOf(await outcomeOf(say(text))))?.[0];
  const first = await sessionOf("session\nanswer one\ndone");
  const inProject = await sessionOf("/web session\nanswer two\ndone");
  await stop();
  start();
  expect(await sessionOf("/web session\nanswer three\ndone")).toBe(inProject);
  await stop();
  mkdirSync(join(directory, "elsewhere"));
  start(join(directory, "elsewhere"));
  expect(await sessionOf("/web session\nanswer four\ndone")).toBe(inProject);
  const second = await sessionOf("session\nanswer five\ndone");
  expect(second).not.toBe(first);
  expect(await sessionOf("session\nanswer six\ndone")).toBe(second);
});

test("a run's time may be as long as it likes", async () => {
  const { say, outcomeOf } = await stage({ tables: "[limits]\nrun_minutes = 1e9\nstall_minutes = 1e9" });
  expect(textOf(await outcomeOf(say("session\nanswer here\ndone")))).toMatch(/^done/);
});

test("a run that no message asked for is shown and answered in its conversation, and a reply continues it", async () => {
  const run = { topicId: null, messageId: null, userId: null, engine: "alpha", project: null, branch: null };
  const { say, botSays, outcomeOf, emulator, store } = await stage({
    prepare: async (directory, { privateChatId }) => {
      const before = openStore(join(directory, "takopi.db"));
      const origin = { type: "schedule", name: "nightly" } as const;
      const more = { prompt: "session\nanswer unasked\ndone", resume: null, follows: null, createdAt: Date.now() };
      before.runs.add({ ...run, ...more, id: "r1", chatId: String(privateChatId), origin });
      before.close();
    },
  });
  const answer = await botSays(/^done[\s\S]*unasked/);
  expect(answer.reply_to_message).toBeUndefined();
  await outcomeOf(say("session\nanswer on\ndone", { replyTo: answer.message_id }));
  const [next, first] = store().runs.recent(5);
  expect(first).toMatchObject({ id: "r1", messageId: null, origin: { type: "schedule", name: "nightly" } });
  expect(next?.resume).toBe(first?.session);
  await emulator.waitFor(() => !emulator.messages(emulator.privateChatId).some((m) => /^working/.test(textOf(m))));
});
