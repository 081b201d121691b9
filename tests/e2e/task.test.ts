import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stage, textOf } from "../helpers/bridge.ts";

describe("a task", () => {
  test("gets one silent progress message, then one notifying answer with its resume line", async () => {
    const { say, outcomeOf, emulator } = await stage();
    const id = say("session\nstepped npm test\nanswer It **works**.\ndone");
    const answer = await outcomeOf(id);
    expect(textOf(answer)).toMatch(/^done · alpha · \d+s · step 1\n\nIt works\.\n\nalpha resume s\S+$/);
    await emulator.waitFor(
      () =>
        emulator.messages(emulator.privateChatId).filter((one) => one.reply_to_message?.message_id === id).length === 1,
    );
    const [progress, final] = emulator
      .calls("sendMessage")
      .filter(({ payload }) => (payload["reply_parameters"] as { message_id?: number } | undefined)?.message_id === id);
    expect(progress?.payload["disable_notification"]).toBe(true);
    expect(final?.payload["disable_notification"]).toBeUndefined();
    expect(JSON.stringify(final?.payload["reply_markup"])).toContain("copy_text");
    for (const sent of [progress, final]) {
      expect(sent?.payload["link_preview_options"]).toEqual({ is_disabled: true });
    }
  });

  test("goes on in its session when its answer is replied to, and when the prompt is", async () => {
    const { say, outcomeOf } = await stage();
    const first = say("session\nanswer one\ndone");
    const answer = await outcomeOf(first);
    const session = /alpha resume (\S+)/.exec(textOf(answer))?.[1];
    for (const replyTo of [answer.message_id, first]) {
      const next = await outcomeOf(say("session\nanswer two\ndone", { replyTo }));
      expect(textOf(next)).toContain(`alpha resume ${session}`);
    }
  });

  test("goes on in the session of a pasted resume line, which decides the engine", async () => {
    const { say, outcomeOf } = await stage();
    const answer = await outcomeOf(say("/alpha hello\nbeta resume xyz"));
    expect(textOf(answer)).toMatch(/^done · beta · [\s\S]*You said: hello\n\nbeta resume xyz$/);
  });

  test("runs on the engine that it names", async () => {
    const { say, outcomeOf } = await stage();
    expect(textOf(await outcomeOf(say("/beta hi")))).toMatch(/^done · beta · \d+s\n\nYou said: hi/);
  });

  test("tells what the engine said when it fails", async () => {
    const { say, outcomeOf } = await stage();
    const answer = await outcomeOf(say("session\nanswer half\nstderr no such model\nexit 3"));
    expect(textOf(answer)).toMatch(/^error · alpha · [\s\S]*half[\s\S]*alpha exited with code 3\.[\s\S]*no such model/);
  });

  test.each([
    ["ends before its first line", "exit 0"],
    ["prints garbage and ends", "garbage\nexit 0"],
    ["ends without an outcome", "session\nanswer half\nexit 0"],
  ])("is answered with an error when the engine %s", async (_, prompt) => {
    const { say, outcomeOf } = await stage();
    expect(textOf(await outcomeOf(say(prompt)))).toMatch(/^error · alpha[\s\S]*ended without an outcome/);
  });

  test("is answered though the engine prints a 20 MB line or leaves a child that holds its output", async () => {
    const { say, outcomeOf } = await stage();
    expect(textOf(await outcomeOf(say("session\nbig 20\nanswer fine\ndone")))).toMatch(/^done[\s\S]*fine/);
    expect(textOf(await outcomeOf(say("session\nbackground\nanswer fine\ndone")))).toMatch(/^done[\s\S]*fine/);
  });

  test("says which program is missing and how to mend it", async () => {
    const { say, outcomeOf } = await stage({ tables: '[alpha]\ncmd = "/nowhere/alpha"' });
    expect(textOf(await outcomeOf(say("hi")))).toMatch(/^error · alpha[\s\S]*\/nowhere\/alpha/);
  });

  test("brings an answer of megabytes whole, every part with the resume line", async () => {
    const { say, outcomeOf, emulator } = await stage();
    const id = say("session\nrepeat 100000\ndone");
    const first = await outcomeOf(id);
    expect(textOf(first)).toMatch(/alpha resume s\S+$/);
    const file = await emulator.waitFor(() => emulator.messages(emulator.privateChatId).find((one) => one.document));
    expect(file.document?.file_name).toMatch(/\.md$/);
    expect(file.document?.file_size).toBe(100_000 * "A paragraph of words.\n\n".length);
    const next = await outcomeOf(say("session\nanswer on\ndone", { replyTo: file.message_id }));
    expect(textOf(next)).toContain(/alpha resume \S+/.exec(textOf(first))?.[0]);
  });

  test("works in its project's directory, with PWD set and without the bridge's own variables", async () => {
    const setting = await stage({
      tables: '[projects.web]\npath = "web"\ndefault_engine = "beta"',
      env: { TAKOPI__LIMITS__PARALLEL_RUNS: "4", SECRET_KEY: "x", LANG: "C.UTF-8" },
    });
    const web = join(setting.directory, "web");
    mkdirSync(web);
    const answer = textOf(await setting.outcomeOf(setting.say("/web where\nsession\nwhere\nvariables\ndone")));
    expect(answer).toMatch(/^done · beta/);
    expect(answer).toContain(`cwd=${web} pwd=${web}`);
    expect(answer).toContain("TAKOPI_RUN_ID");
    expect(answer).not.toMatch(/SECRET_KEY|TAKOPI__/);
    expect(answer).toContain("ctx: web");
  });

  test("says so when its directory is gone or its project is not there", async () => {
    const { say, botSays, outcomeOf } = await stage({ tables: '[projects.web]\npath = "web"' });
    expect(textOf(await outcomeOf(say("/web hi")))).toMatch(/^error[\s\S]*web does not exist/);
    say("/wob hi");
    expect(textOf(await botSays(/I do not know/))).toContain("/wob");
  });
});

describe("the queue", () => {
  test("keeps a thread in order, shows places, and drops the first queued run when asked", async () => {
    const { say, outcomeOf, botSays, emulator, directory } = await stage();
    const gate = join(directory, "gate");
    const first = say(`session\nstep working\nuntil ${gate}\nanswer one\ndone`);
    const progress = await botSays(/^working · alpha[\s\S]*alpha resume/);
    const second = say("session\nanswer two\ndone", { replyTo: progress.message_id });
    const queued = await botSays(/^queued · alpha · \d+s · next/);
    const third = say("session\nanswer three\ndone", { replyTo: progress.message_id });
    await botSays(/^queued · alpha · \d+s · place 2/);
    emulator.press({ chatId: emulator.privateChatId, messageId: queued.message_id, data: stopData(queued) });
    expect(textOf(await outcomeOf(second))).toMatch(/^cancelled · alpha/);
    writeFileSync(gate, "");
    expect(textOf(await outcomeOf(first))).toMatch(/^done[\s\S]*one/);
    expect(textOf(await outcomeOf(third))).toMatch(/^done[\s\S]*three/);
  });

  test("makes a reply to a run whose session is not known yet wait for it", async () => {
    const { say, outcomeOf, botSays, directory } = await stage();
    const gate = join(directory, "gate");
    const first = say(`until ${gate}\nsession\nanswer one\ndone`);
    const progress = await botSays(/^starting · alpha/);
    const second = say("session\nanswer two\ndone", { replyTo: progress.message_id });
    await botSays(/^queued · alpha/);
    writeFileSync(gate, "");
    const session = /alpha resume \S+/.exec(textOf(await outcomeOf(first)))?.[0];
    expect(textOf(await outcomeOf(second))).toContain(session);
  });

  test("keeps to limits.parallel_runs", async () => {
    const { say, outcomeOf, botSays, directory } = await stage({ tables: "[limits]\nparallel_runs = 1" });
    const gate = join(directory, "gate");
    const first = say(`session\nuntil ${gate}\nanswer one\ndone`);
    await botSays(/^working/);
    const second = say("session\nanswer two\ndone");
    await botSays(/^queued/);
    writeFileSync(gate, "");
    expect(textOf(await outcomeOf(first))).toContain("one");
    expect(textOf(await outcomeOf(second))).toContain("two");
  });
});

const stopData = (message: { reply_markup?: unknown }): string =>
  /stop:[a-z0-9]+/.exec(JSON.stringify(message.reply_markup))?.[0] ?? "";
