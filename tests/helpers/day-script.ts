import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Message, MessageOrigin } from "@grammyjs/types";
import type { Emulator } from "../../src/playground/emulator.ts";
import { transcriptionService, words } from "../voice/service.ts";
import { CARD } from "./asking.ts";
import type { Day, Place } from "./day.ts";
import { liveTables } from "./live-stage.ts";
import { photo, textDocument } from "./pictures.ts";

/** A group with a project of its own. */
export const TEAM = -1_002_000_000_777;
/** How many messages a day has. */
export const MESSAGES = 67;

const FROM_ANN: MessageOrigin = {
  ...{ type: "user", date: 1_700_000_000, sender_user: { id: 7, is_bot: false, first_name: "Ann" } },
};
const COLLEAGUE = { id: 99, is_bot: false, first_name: "Colleague" };
const OTHER_BOT = { id: 98, is_bot: true, first_name: "Other", username: "other_bot" };

/** Lines below `[transports.telegram]`: a forward that comes after its comment was answered begins nothing. */
export const dayTelegram = `forward_coalesce_s = 0\n[transports.telegram.topics]\nenabled = true\nscope = "all"`;

/** Tables of takopi.toml; `projects` has what `web` and `shop` need besides a chat. */
export async function dayTables(projects: { readonly web: string; readonly shop: string }): Promise<string> {
  const { url } = await transcriptionService(words("/web is the cart tested?"), words("Green."));
  return `${liveTables}
[voice]
base_url = "${url}"
allow_private = true
[projects.web]
${projects.web}
[projects.shop]
${projects.shop}
chat_id = ${TEAM}
`;
}

/** A repository with a branch's worth of history, so that `@branch` works. */
export function makeRepository(directory: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "cart.js"), "export const total = 0;\n");
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
      ...{ cwd: directory, stdio: "ignore" },
    });
  git("init", "-b", "main");
  git("add", ".");
  git("commit", "-m", "Begin");
}

export function addTeam(emulator: Emulator): void {
  emulator.addGroup({ id: TEAM, title: "Team" });
  for (const chat of [TEAM, emulator.groupId]) emulator.setAdmin(chat, emulator.person.id, true);
}

/** Says all that a person says in a day. */
export async function passDay(day: Day): Promise<void> {
  const { emulator } = day.bridge;
  await inPrivate(day, { chatId: emulator.privateChatId });
  await withFiles(day, { chatId: emulator.privateChatId });
  await withSettings(day, { chatId: emulator.privateChatId });
  await inGroup(day, { chatId: TEAM });
  await inTopics(day, emulator.groupId, emulator.topicIds);
}

const echo = (words: string) => new RegExp(`^done · alpha[\\s\\S]*You said: ${words}`);

async function inPrivate(day: Day, at: Place): Promise<void> {
  const { emulator } = day.bridge;
  await day.ask("/start", at, /^Send me a task/);
  const first = await day.ask("What does the cart cost when it is empty?", at, echo("What does the cart"));
  const second = await day.ask("and with two of the same", { ...at, replyTo: first.message_id }, echo("and with two"));
  day.continues(first, second);
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
  await day.press(await day.cardOf(approval), "Allow");
  await day.answered(approval, CARD, /^done · codex[\s\S]*"accept"/);
  const again = emulator.sendText({ ...at, text: "/codex approve it once more" });
  const denied = await day.cardOf(again);
  day.silently("not before the tests pass", { ...at, replyTo: denied.message_id });
  await day.answered(again, CARD, /^done · codex[\s\S]*"decline"/);
  await day.closes(denied, /✗ Denied by .*\nnot before the tests pass$/);

  const choice = emulator.sendText({ ...at, text: "/pi ask me which one" });
  const which = await day.cardOf(choice);
  day.silently("2", { ...at, replyTo: which.message_id });
  await day.answered(choice, CARD, /^done · pi[\s\S]*green/);

  const long = emulator.sendText({ ...at, text: "/codex hang until I stop you" });
  await day.begins(long);
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
  await day.more(typo, /ended|edit|run/i);
}

async function withFiles(day: Day, at: Place): Promise<void> {
  const { emulator } = day.bridge;
  const seen = /You said: what is wrong here\?\n\n\[uploaded file: \.takopi\/files\/\S+photo\.jpg\]/;
  const shot = emulator.sendPhoto({ ...at, photo: photo(), caption: "what is wrong here?" });
  const told = await day.answered(shot, seen);
  const closer = emulator.sendPhoto({ ...at, photo: photo(7), caption: "and here?", replyTo: told.message_id });
  day.continues(told, await day.answered(closer, echo("and here\\?")));

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
  day.sees(got.document?.file_name, "notes.md");
  await day.ask("/file get /web secrets.md", at, /^(elsewhere: )?secrets\.md does not exist\.$/);
  await day.ask("/file", at, /^Say which file/);

  const voice = { name: "v.ogg", mimeType: "audio/ogg", data: Buffer.from("OggS"), durationS: 2 };
  const heard = /^\/web is the cart tested\?$/;
  await day.answered(emulator.sendVoice({ ...at, voice }), heard, /\(voice transcribed\) is the cart[\s\S]*ctx: web/);
  const choice = emulator.sendText({ ...at, text: "/pi ask me again" });
  const which = await day.cardOf(choice);
  await day.answered(emulator.sendVoice({ ...at, voice, replyTo: which.message_id }), /^Green\.$/);
  await day.answered(choice, CARD, /^done · pi[\s\S]*green/);
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
  const { emulator } = day.bridge;
  const news = await day.ask("what is new on main?", at, /You said: what is new[\s\S]*ctx: shop\n/);
  const who = await day.ask("who did it?", { ...at, replyTo: news.message_id }, /You said: who did it\?/);
  day.continues(news, who);
  const shot = emulator.sendPhoto({ ...at, photo: photo(), caption: "who broke this?" });
  await day.answered(shot, /You said: who broke this\?\n\n\[uploaded file: \S+\][\s\S]*ctx: shop/);
  day.silently("what is this bot?", { ...at, from: COLLEAGUE });
  day.silently("build 7 failed", { ...at, from: OTHER_BOT });
  day.silently("/help@other_bot", at);
  await day.ask("/cancel@takopi_playground_bot", at, /^Nothing is running in this chat\./);
}

async function inTopics(day: Day, chatId: number, topics: readonly number[]): Promise<void> {
  const { emulator } = day.bridge;
  const [builds = 0, lint = 0] = topics;
  await day.ask("tidy up", { chatId, threadId: lint }, /^This topic is bound to no project yet/);
  await day.ask("/topic web", { chatId, threadId: builds }, /^This topic is bound to web/);
  await day.ask("/topic web @fix/total", { chatId, threadId: lint }, /^This topic is bound to web @fix\/total/);
  const build = await day.ask("look at the build", { chatId, threadId: builds }, echo("look at the build"));
  day.sees(build.message_thread_id, builds);
  const reply = { chatId, threadId: builds, replyTo: build.message_id };
  const linter = await day.ask("and at the linter", reply, echo("and at the linter"));
  day.sees(linter.message_thread_id, builds);
  day.continues(build, linter);
  await day.ask("is anything open?", { chatId }, echo("is anything open\\?"));
  const cleanup = emulator.sendText({ chatId, threadId: lint, text: "/codex approve the cleanup here" });
  const card = await day.cardOf(cleanup);
  day.sees(card.message_thread_id, lint);
  await day.press(card, "Deny");
  await day.answered(cleanup, CARD, /^done · codex[\s\S]*"decline"/);
  await day.ask("/cancel", { chatId, threadId: lint }, /^Nothing is running in this chat\./);
  const shot = emulator.sendPhoto({ chatId, threadId: lint, photo: photo(), caption: "see the warning" });
  const seen = await day.answered(shot, /You said: see the warning[\s\S]*ctx: web @fix\/total/);
  day.sees(seen.message_thread_id, lint);
  await day.ask("thanks, that is all", { chatId, threadId: builds }, echo("thanks, that is all"));
}
