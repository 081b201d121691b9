import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Message, MessageOrigin } from "@grammyjs/types";
import { expect, test, vi } from "vitest";
import { CARD, closed, press } from "../helpers/asking.ts";
import { textOf } from "../helpers/bridge.ts";
import { Day, type Place } from "../helpers/day.ts";
import { liveTables, stageLive } from "../helpers/live-stage.ts";
import { photo, textDocument } from "../helpers/pictures.ts";
import { transcriptionService, words } from "../voice/service.ts";

const TEAM = -1_002_000_000_777;
const FROM_ANN: MessageOrigin = {
  ...{ type: "user", date: 1_700_000_000, sender_user: { id: 7, is_bot: false, first_name: "Ann" } },
};
const COLLEAGUE = { id: 99, is_bot: false, first_name: "Colleague" };
const OTHER_BOT = { id: 98, is_bot: true, first_name: "Other", username: "other_bot" };

/** A repository with a branch's worth of history, so that `@branch` works. */
function makeRepository(directory: string): void {
  const web = join(directory, "web");
  mkdirSync(web);
  writeFileSync(join(web, "cart.js"), "export const total = 0;\n");
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
      cwd: web,
      stdio: "ignore",
    });
  git("init", "-b", "main");
  git("add", ".");
  git("commit", "-m", "Begin");
}

const echo = (words: string) => new RegExp(`^done · alpha[\\s\\S]*You said: ${words}`);
const sessionOf = (message: Message) => /alpha resume (\S+)/.exec(textOf(message))?.[1];

test("a day of more than sixty messages has no silent, no wrong and no doubled answer", {
  timeout: 240_000,
}, async () => {
  const service = await transcriptionService(words("/web is the cart tested?"), words("Green."));
  const bridge = await stageLive({
    defaultEngine: "alpha",
    tables: `${liveTables}
[voice]
base_url = "${service.url}"
allow_private = true
[projects.web]
path = "web"
[projects.shop]
path = "web"
chat_id = ${TEAM}`,
    // A forward that comes after its comment was answered begins nothing.
    telegram: `forward_coalesce_s = 0\n[transports.telegram.topics]\nenabled = true\nscope = "all"`,
    prepare: async (directory, emulator) => {
      makeRepository(directory);
      emulator.addGroup({ id: TEAM, title: "Team" });
      for (const chat of [TEAM, emulator.groupId]) emulator.setAdmin(chat, emulator.person.id, true);
    },
  });
  const { emulator } = bridge;
  const day = new Day(bridge);
  await inPrivate(day, { chatId: emulator.privateChatId });
  await withFiles(day, { chatId: emulator.privateChatId });
  await withSettings(day, { chatId: emulator.privateChatId });
  await inGroup(day, { chatId: TEAM });
  await inTopics(day, emulator.groupId, emulator.topicIds);
  const store = bridge.store();
  await vi.waitUntil(() => store.deliveries.open().length === 0 && emulator.waitingUpdates() === 0, {
    timeout: 30_000,
  });
  day.check();
  expect(day.said).toBe(67);
  const all = [emulator.privateChatId, TEAM, emulator.groupId].flatMap((chatId) => emulator.messages(chatId));
  const ours = all.filter(({ from }) => from?.id === emulator.bot.id);
  expect(ours.filter((one) => /^(starting|working|queued|stopping) · /.test(textOf(one))).map(textOf)).toEqual([]);
  // What replies to nobody is the greeting alone.
  expect(ours.filter((one) => !one.reply_to_message && !one.forum_topic_created).map(textOf)).toEqual([
    expect.stringMatching(/^takopi \S+ is ready/),
  ]);
  expect(store.runs.recent(100).filter(({ outcome }) => outcome === "error")).toEqual([]);
});

async function inPrivate(day: Day, at: Place): Promise<void> {
  const { bridge } = day;
  const { emulator } = bridge;
  await day.ask("/start", at, /^Send me a task/);
  const first = await day.ask("What does the cart cost when it is empty?", at, echo("What does the cart"));
  const second = await day.ask("and with two of the same", { ...at, replyTo: first.message_id }, echo("and with two"));
  expect(sessionOf(second)).toBe(sessionOf(first));
  const web = await day.ask("/web find where the total is computed", at, /You said: find where[\s\S]*ctx: web\n/);
  await day.ask("write a test for it", { ...at, replyTo: web.message_id }, /You said: write a test[\s\S]*ctx: web\n/);
  await day.ask("/web @fix/total make it pass", at, /You said: make it pass[\s\S]*ctx: web @fix\/total\n/);
  await day.ask("/hepl", at, /Did you mean \/help\?/);
  await day.ask("/web", at, /^Nothing was started/);

  const [comment] = emulator.sendBatch([
    { ...at, text: "what do they want?" },
    { ...at, text: "The total is wrong since Monday.", forward: FROM_ANN },
  ]);
  day.said += 1;
  await day.answered(comment as Message, echo("what do they want\\?\\n\\nThe total is wrong since Monday\\."));
  await day.answered(emulator.sendText({ ...at, text: "And slow.", forward: FROM_ANN }), /^Kept\./);
  await day.ask("put that into a ticket", at, echo("put that into a ticket\\n\\nAnd slow\\."));

  const approval = emulator.sendText({ ...at, text: "/codex please approve the cleanup" });
  const card = await bridge.botSays(/^codex wants to run/);
  await press(bridge, card, "Allow");
  await day.answered(approval, CARD, /^done · codex[\s\S]*"accept"/);
  const again = emulator.sendText({ ...at, text: "/codex approve it once more" });
  const denied = await emulator.waitFor(() =>
    emulator
      .messages(at.chatId)
      .find((one) => CARD.test(textOf(one)) && one.reply_to_message?.message_id === again.message_id),
  );
  day.silently("not before the tests pass", { ...at, replyTo: denied.message_id });
  await day.answered(again, CARD, /^done · codex[\s\S]*"decline"/);
  expect(textOf(await closed(bridge, denied))).toMatch(/✗ Denied by .*\nnot before the tests pass$/);

  const choice = emulator.sendText({ ...at, text: "/pi ask me which one" });
  const which = await bridge.botSays(/^pi asks: Which\?/);
  day.silently("2", { ...at, replyTo: which.message_id });
  await day.answered(choice, CARD, /^done · pi[\s\S]*green/);

  const long = emulator.sendText({ ...at, text: "/codex hang until I stop you" });
  await bridge.botSays(/^working · codex/);
  day.silently("/cancel", at);
  await day.answered(long, /^cancelled · codex/);
  await day.ask("/cancel", at, /^Nothing is running in this chat\./);

  const sticker = { file_id: "s", file_unique_id: "s", type: "regular", width: 1, height: 1 } as const;
  const more = { sticker: { ...sticker, is_animated: false, is_video: false } } as Partial<Message>;
  await day.answered(emulator.sendBatch([{ ...at, more }])[0] as Message, /sticker/);
  await day.ask("/queue tell me a joke", at, echo("tell me a joke"));
  await day.ask("/usage", at, /^Today: \d+ runs/);
  await day.ask("/runs", at, /alpha/);
  await day.ask("/sessions", at, /./);

  const paste = "Line of a log that is long.\n".repeat(147).slice(0, 4096);
  const [pasted] = emulator.sendBatch([
    { ...at, text: paste },
    { ...at, text: "/cancel was pressed at 10:03, says the log" },
  ]);
  day.said += 1;
  await day.answered(pasted as Message, /You said: Line of a log/);

  const typo = emulator.sendText({ ...at, text: "tanks" });
  await day.answered(typo, echo("tanks"));
  emulator.editText({ ...at, messageId: typo.message_id, text: "thanks" });
  day.more(typo, /ended|edit|run/i);
  await emulator.waitFor(() => emulator.messages(at.chatId).at(-1)?.reply_to_message?.message_id === typo.message_id);
}

async function withFiles(day: Day, at: Place): Promise<void> {
  const { emulator, botSays } = day.bridge;
  const seen = /You said: what is wrong here\?\n\n\[uploaded file: \.takopi\/files\/\S+photo\.jpg\]/;
  const shot = emulator.sendPhoto({ ...at, photo: photo(), caption: "what is wrong here?" });
  const told = await day.answered(shot, seen);
  const closer = emulator.sendPhoto({ ...at, photo: photo(7), caption: "and here?", replyTo: told.message_id });
  expect(sessionOf(await day.answered(closer, echo("and here\\?")))).toBe(sessionOf(told));

  const [first, ...rest] = emulator.sendBatch(
    [1, 2, 3].map((red) => ({
      ...{ ...at, photo: photo(red), mediaGroupId: "a" },
      ...(red === 1 && { caption: "/web which one?" }),
    })),
  );
  day.quietly(rest);
  await day.answered(
    first as Message,
    /You said: which one\?\n\n\[uploaded files\](\s+- \.takopi\/files\/\S+){3}\s[\s\S]*ctx: web/,
  );

  await day.answered(emulator.sendDocument({ ...at, document: textDocument("log.txt", "Error: 7") }), /^Kept\./);
  await day.ask("what does the log say?", at, /You said: what does the log say\?\n\n\[uploaded file: \S+log\.txt\]/);
  const put = { document: textDocument("notes.md", "# Notes"), caption: "/file put /web docs/" };
  await day.answered(emulator.sendDocument({ ...at, ...put }), /^Saved docs\/notes\.md in web/);
  const got = await day.ask("/file get /web docs/notes.md", at, /^$/);
  expect(got.document?.file_name).toBe("notes.md");
  await day.ask("/file get /web secrets.md", at, /^(elsewhere: )?secrets\.md does not exist\.$/);
  await day.ask("/file", at, /^Say which file/);

  const voice = { name: "v.ogg", mimeType: "audio/ogg", data: Buffer.from("OggS"), durationS: 2 };
  const heard = /^\/web is the cart tested\?$/;
  await day.answered(emulator.sendVoice({ ...at, voice }), heard, /\(voice transcribed\) is the cart[\s\S]*ctx: web/);
  const choice = emulator.sendText({ ...at, text: "/pi ask me again" });
  const which = await emulator.waitFor(() =>
    emulator
      .messages(at.chatId)
      .find((one) => one.reply_to_message?.message_id === choice.message_id && CARD.test(textOf(one))),
  );
  await day.answered(emulator.sendVoice({ ...at, voice, replyTo: which.message_id }), /^Green\.$/);
  await day.answered(choice, CARD, /^done · pi[\s\S]*green/);
  await botSays(/^Green\.$/);
}

async function withSettings(day: Day, at: Place): Promise<void> {
  await day.ask("/settings", at, /^Settings of this chat/);
  await day.ask("/agent pi", at, /^New sessions of this chat use pi/);
  await day.ask("answer", at, /^done · pi/);
  await day.ask("/model tiny", at, /^pi has no model tiny/);
  await day.ask("/agent clear", at, /^New sessions of this chat use alpha/);
  await day.ask("/ctx set web", at, /^New tasks of this chat run in web/);
  await day.ask("what is new?", at, /You said: what is new\?[\s\S]*ctx: web/);
  await day.ask("/ctx clear", at, /^New tasks of this chat run outside of projects/);
}

async function inGroup(day: Day, at: Place): Promise<void> {
  const { bridge } = day;
  const news = await day.ask("what is new on main?", at, /You said: what is new[\s\S]*ctx: shop\n/);
  const who = await day.ask("who did it?", { ...at, replyTo: news.message_id }, /You said: who did it\?/);
  expect(sessionOf(who)).toBe(sessionOf(news));
  const shot = bridge.emulator.sendPhoto({ ...at, photo: photo(), caption: "who broke this?" });
  await day.answered(shot, /You said: who broke this\?\n\n\[uploaded file: \S+\][\s\S]*ctx: shop/);
  day.silently("what is this bot?", { ...at, from: COLLEAGUE });
  day.silently("build 7 failed", { ...at, from: OTHER_BOT });
  day.silently("/help@other_bot", at);
  await day.ask("/cancel@takopi_playground_bot", at, /^Nothing is running in this chat\./);
}

async function inTopics(day: Day, chatId: number, topics: readonly number[]): Promise<void> {
  const { bridge } = day;
  const [builds = 0, lint = 0] = topics;
  await day.ask("tidy up", { chatId, threadId: lint }, /^This topic is bound to no project yet/);
  await day.ask("/topic web", { chatId, threadId: builds }, /^This topic is bound to web/);
  await day.ask("/topic web @fix/total", { chatId, threadId: lint }, /^This topic is bound to web @fix\/total/);
  const build = await day.ask("look at the build", { chatId, threadId: builds }, echo("look at the build"));
  expect(build.message_thread_id).toBe(builds);
  const reply = { chatId, threadId: builds, replyTo: build.message_id };
  const linter = await day.ask("and at the linter", reply, echo("and at the linter"));
  expect([linter.message_thread_id, sessionOf(linter)]).toEqual([builds, sessionOf(build)]);
  await day.ask("is anything open?", { chatId }, echo("is anything open\\?"));
  const cleanup = bridge.emulator.sendText({ chatId, threadId: lint, text: "/codex approve the cleanup here" });
  const card = await bridge.botSays(/^codex wants to run/, chatId);
  expect(card.message_thread_id).toBe(lint);
  await press(bridge, card, "Deny");
  await day.answered(cleanup, CARD, /^done · codex[\s\S]*"decline"/);
  await day.ask("/cancel", { chatId, threadId: lint }, /^Nothing is running in this chat\./);
  const shot = bridge.emulator.sendPhoto({ chatId, threadId: lint, photo: photo(), caption: "see the warning" });
  const seen = await day.answered(shot, /You said: see the warning[\s\S]*ctx: web @fix\/total/);
  expect(seen.message_thread_id).toBe(lint);
  await day.ask("thanks, that is all", { chatId, threadId: builds }, echo("thanks, that is all"));
}
