import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Stage, stage, textOf } from "../helpers/bridge.ts";

const OLD = -7;
const withGroup = (more: Parameters<typeof stage>[0] = {}) =>
  stage({
    tables: `[projects.web]\npath = "."\nchat_id = ${OLD}\n`,
    prepare: async (_directory, emulator) => void emulator.addGroup({ id: OLD, title: "Old", basic: true }),
    ...more,
  });

/** Begins a task in the old group that runs until the returned function is called. */
async function begin({ say, botSays, directory }: Stage) {
  const file = join(directory, "release");
  say(`session\nuntil ${file}\nanswer made it\ndone`, { chatId: OLD });
  await botSays(/^(starting|working)/, OLD);
  return () => writeFileSync(file, "");
}

const TOLD = /The group -7 has become a supergroup: its id is (-\d+) now\. [\s\S]*\(projects\.web\.chat_id\)/;

test.each([["quietly" as const], [undefined]])(
  "a group that becomes a supergroup in the middle of a run gets its answer there (%s)",
  async (how) => {
    const staged = await withGroup();
    const { emulator, botSays, outcomeOf, say, stop, start } = staged;
    const release = await begin(staged);
    const moved = emulator.migrate(OLD, how);
    release();
    const answer = await botSays(/^done[\s\S]*made it/, moved);
    expect(textOf(await botSays(TOLD))).toContain(String(moved));
    const isLeft = () => emulator.messages(moved).some((message) => /^(starting|working)/.test(textOf(message)));
    await emulator.waitFor(() => !isLeft());
    await stop();
    start();
    const next = say("session\nanswer on it\ndone", { chatId: moved, replyTo: answer.message_id });
    expect(textOf(await outcomeOf(next, moved))).toMatch(/^done[\s\S]*on it[\s\S]*ctx: web/);
    const told = emulator.messages(emulator.privateChatId).filter((message) => TOLD.test(textOf(message)));
    expect(told).toHaveLength(1);
  },
);

test("a run goes on with a progress message and Stop in the new chat", async () => {
  const staged = await withGroup();
  const { emulator, botSays } = staged;
  await begin(staged);
  const moved = emulator.migrate(OLD);
  const progress = await botSays(/^working/, moved);
  const stop = progress.reply_markup?.inline_keyboard[0]?.[0];
  if (!stop || !("callback_data" in stop)) throw new Error("there is no Stop");
  emulator.press({ chatId: moved, messageId: progress.message_id, data: stop.callback_data });
  await botSays(/^cancelled/, moved);
});

test("the settings of a group, its session and its schedules follow it, also over a restart", async () => {
  const staged = await withGroup({ telegram: 'session_mode = "chat"' });
  const { emulator, say, botSays, outcomeOf, press, stop, start } = staged;
  emulator.setAdmin(OLD, emulator.person.id, true);
  say("/agent beta", { chatId: OLD });
  await botSays(/^New sessions of this chat use beta/, OLD);
  const first = textOf(await outcomeOf(say("session\nanswer one\ndone", { chatId: OLD }), OLD));
  say("/schedule every 2h look for new issues", { chatId: OLD });
  await press(await botSays(/look for new issues/, OLD), "Save");
  const moved = emulator.migrate(OLD);
  await botSays(TOLD);
  await stop();
  start();
  const second = textOf(await outcomeOf(say("session\nanswer two\ndone", { chatId: moved }), moved));
  const session = (text: string) => /beta resume (\S+)/.exec(text)?.[1] ?? "none";
  expect(session(second)).toBe(session(first));
  say("/ctx", { chatId: moved });
  await botSays(/engine: beta \(chosen for this chat\)/, moved);
  say("/schedule", { chatId: moved });
  await botSays(/look for new issues/, moved);
});

test("an idle group is served under its new id, and a main chat is told there", async () => {
  const staged = await stage({
    telegram: "",
    tables: "",
    prepare: async (directory, emulator) => {
      emulator.addGroup({ id: OLD, title: "Old", basic: true });
      const file = join(directory, "takopi.toml");
      writeFileSync(
        file,
        `default_engine = "alpha"\n[transports.telegram]\nbot_token = "${emulator.token}"\nchat_id = ${OLD}\nallowed_user_ids = [${emulator.person.id}]\napi_root = "${emulator.url}"\n`,
      );
    },
  });
  const { emulator, say, outcomeOf, botSays } = staged;
  await botSays(/is ready/, OLD);
  const moved = emulator.migrate(OLD);
  await botSays(/its id is -\d+ now[\s\S]*transports\.telegram\.chat_id/, moved);
  expect(textOf(await outcomeOf(say("session\nanswer here\ndone", { chatId: moved }), moved))).toContain("here");
});

test("a group of strangers that becomes a supergroup is none of ours", async () => {
  const { emulator, log, say, outcomeOf } = await stage({
    prepare: async (_directory, one) => void one.addGroup({ id: -8, title: "Strangers", basic: true }),
  });
  const moved = emulator.migrate(-8);
  say("session\nanswer no\ndone", { chatId: moved });
  await outcomeOf(say("session\nanswer yes\ndone"));
  expect(log.map(({ event }) => event)).toContain("update.stranger");
  expect(log.map(({ event }) => event)).not.toContain("chat.moved");
});
