import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Message } from "@grammyjs/types";
import { describe, expect, test } from "vitest";
import { markedProcesses } from "../../src/engine/marked.ts";
import { until } from "../engine/toy.ts";
import { buttonsOf, press } from "../helpers/asking.ts";
import { stage, textOf } from "../helpers/bridge.ts";

/** Processes of every run that the state file knows. */
const leftOf = async (store: { runs: { recent(limit: number): { id: string }[] } }): Promise<number[]> =>
  (await Promise.all(store.runs.recent(100).map(({ id }) => markedProcesses(id)))).flat();

describe("stopping a run", () => {
  test("ends the engine, deaf as it is, and its children in sessions of their own, and keeps the session", async () => {
    const { say, botSays, outcomeOf, emulator, store } = await stage();
    const id = say("session\ndeaf\norphan\nstep working\nhang");
    const progress = await botSays(/▸ working/);
    const data = /stop:[a-z0-9]+/.exec(JSON.stringify(progress.reply_markup))?.[0] ?? "";
    const press = emulator.press({ chatId: emulator.privateChatId, messageId: progress.message_id, data });
    const answer = await emulator.waitFor(() => emulator.answerTo(press));
    expect(answer.text).toBe("Stopping.");
    const outcome = await outcomeOf(id);
    expect(outcome.message_id).toBe(progress.message_id);
    expect(textOf(outcome)).toMatch(/^cancelled · alpha[\s\S]*working[\s\S]*alpha resume s/);
    expect(JSON.stringify(outcome.reply_markup)).not.toContain("stop:");
    expect(await leftOf(store())).toEqual([]);
    const again = await outcomeOf(say("session\nanswer on\ndone", { replyTo: outcome.message_id }));
    expect(textOf(again)).toContain(/alpha resume \S+/.exec(textOf(outcome))?.[0]);
  });

  test("works by /cancel alone, by /cancel as a reply, and says when there is nothing to stop", async () => {
    const { say, botSays, outcomeOf } = await stage();
    const first = say("session\nhang");
    await botSays(/^working/);
    say("/cancel");
    expect(textOf(await outcomeOf(first))).toMatch(/^cancelled/);
    say("/cancel");
    await botSays(/^Nothing is running in this chat/);
    const second = say("session\nhang");
    await botSays(/^working/);
    say("/cancel", { replyTo: second });
    expect(textOf(await outcomeOf(second))).toMatch(/^cancelled/);
  });

  test("finds nothing to stop as soon as the answer is there, although the engine has not ended yet", async () => {
    const { say, botSays, outcomeOf, directory } = await stage();
    const gate = join(directory, "gate");
    const id = say(`session\nanswer all green\ndone\nuntil ${gate}`);
    const outcome = await outcomeOf(id);
    expect(textOf(outcome)).toMatch(/^done · alpha/);
    say("/cancel");
    expect(textOf(await botSays(/^(Nothing is running|Stopping)/))).toBe("Nothing is running in this chat.");
    say("/cancel", { replyTo: id });
    await botSays(/^Nothing is running for that message\.$/);
    writeFileSync(gate, "");
  });

  test("offers those that run as buttons if there are several", async () => {
    const bridge = await stage();
    const { say, botSays, outcomeOf } = bridge;
    const ids = [say("session\nstep one\nhang"), say("session\nstep two\nhang")];
    await botSays(/▸ one/);
    await botSays(/▸ two/);
    say("/cancel");
    const offer = await botSays(/^Several tasks are under way\. Which one shall stop\?$/);
    expect(buttonsOf(offer).map(({ text }) => text)).toEqual([
      ...["alpha: session step one hang", "alpha: session step two hang"],
    ]);
    for (const [index, id] of ids.entries()) {
      const label = buttonsOf(offer)[index]?.text ?? "";
      expect(await press(bridge, offer, label)).toBe("Stopping.");
      expect(textOf(await outcomeOf(id))).toMatch(/^cancelled/);
      expect(await press(bridge, offer, label)).toBe("Nothing is running for that message.");
    }
  });

  test("alone in a topic means the only task of that topic", async () => {
    const { say, botSays, outcomeOf, emulator } = await stage();
    const [threadId = 0] = emulator.topicIds;
    const chatId = emulator.groupId;
    const elsewhere = say("session\nstep one\nhang", { chatId });
    const here = say("session\nstep two\nhang", { chatId, threadId });
    await botSays(/▸ one/, chatId);
    await botSays(/▸ two/, chatId);
    say("/cancel", { chatId, threadId });
    expect(textOf(await outcomeOf(here, chatId))).toMatch(/^cancelled/);
    say("/cancel", { chatId });
    expect(textOf(await outcomeOf(elsewhere, chatId))).toMatch(/^cancelled/);
  });

  test("is what a shutdown does: chats are told, nothing is left, and Resume goes on after the next start", async () => {
    const { say, botSays, outcomeOf, stop, start, emulator, store } = await stage();
    const id = say("session\norphan\nstep working\nhang");
    const progress = await botSays(/▸ working/);
    await stop();
    const outcome = await outcomeOf(id);
    expect(textOf(outcome)).toMatch(/^interrupted · alpha[\s\S]*shut down[\s\S]*alpha resume s/);
    expect(emulator.message(emulator.privateChatId, progress.message_id)).toBeUndefined();
    expect(await leftOf(store())).toEqual([]);
    start();
    const data = /resume:[a-z0-9]+/.exec(JSON.stringify(outcome.reply_markup))?.[0] ?? "";
    emulator.press({ chatId: emulator.privateChatId, messageId: outcome.message_id, data });
    expect(textOf(await botSays(/^done · alpha[\s\S]*You said: continue/))).toContain(
      /alpha resume \S+/.exec(textOf(outcome))?.[0],
    );
  });

  test("leaves what waits in the queue for the next start", async () => {
    const { say, botSays, outcomeOf, stop, start, emulator } = await stage({ tables: "[limits]\nparallel_runs = 1" });
    say("session\nhang");
    await botSays(/^working/);
    const waiting = say("session\nanswer later\ndone");
    await botSays(/^queued/);
    await stop();
    start();
    expect(textOf(await outcomeOf(waiting))).toMatch(/^done[\s\S]*later/);
    const isUnderWay = (message: Message) => /^(queued|working|starting)/.test(textOf(message));
    await emulator.waitFor(() => !emulator.messages(emulator.privateChatId).some(isUnderWay));
    expect(emulator.calls("deleteMessage").length).toBeGreaterThan(0);
  });

  test("does not wait for the filters of a worktree that is being made, and neither does a shutdown", async () => {
    const { say, outcomeOf, stop, directory, store } = await stage({
      tables: '[projects.web]\npath = "web"',
      waitMs: 25_000,
    });
    const file = join(directory, "begun");
    installFilter(join(directory, "web"), `echo >> '${file}'; sleep 60`);
    const begun = () => (existsSync(file) ? readFileSync(file, "utf8").length : 0);
    const first = say("/web @one session\nanswer never\ndone");
    await until(() => begun() === 1);
    say("/cancel", { replyTo: first });
    expect(textOf(await outcomeOf(first))).toMatch(/^cancelled · alpha/);
    say("/web @two session\nanswer never\ndone");
    await until(() => begun() === 2);
    await stop();
    expect(store().runs.recent(1)).toMatchObject([{ outcome: "interrupted" }]);
  });
});

/** Makes a repository whose new worktrees run this for their one file. */
function installFilter(path: string, script: string): void {
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", path, "-c", "user.name=t", "-c", "user.email=t@t", ...args]);
  mkdirSync(path);
  git("init", "-q", "-b", "main");
  writeFileSync(join(path, "held"), "text");
  git("add", "held");
  git("commit", "-q", "-m", "begin");
  writeFileSync(join(path, ".git/info/attributes"), "held filter=slow\n");
  git("config", "filter.slow.smudge", script);
}
