import type { Message } from "@grammyjs/types";
import { describe, expect, test } from "vitest";
import type { Schedule } from "../../src/domain/schedule.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { shell } from "../helpers/shell.ts";

test("a schedule that is due runs in its chat, names itself, and can be replied to", async () => {
  const { emulator, botSays, say, stop, start, store, outcomeOf } = await stage();
  await stop();
  const due: Schedule = {
    ...{ name: "nightly", when: { at: Date.now() - 1_000 }, prompt: "session\nanswer by itself\ndone" },
    ...{ chatId: String(emulator.privateChatId), engine: "beta" },
    ...{ session: "new", only_when_idle: false, overlap: "skip", missed: "once" },
  };
  store().schedules.add({ name: "nightly", state: "active", definition: JSON.stringify(due), lastDueAt: 1 });
  start();
  const outcome = await botSays(/^done · beta/);
  expect(outcome.reply_to_message).toBeUndefined();
  expect(textOf(outcome)).toMatch(/by itself\s+schedule nightly\n.*beta resume \S+/s);

  const reply = say("answer on\ndone", { replyTo: outcome.message_id });
  expect(sessionOf(await outcomeOf(reply))).toBe(sessionOf(outcome));
});

test("the answer of a quiet schedule makes no sound, and its error does", async () => {
  const tables = ["good", "bad"]
    .map((name) => {
      const prompt = name === "good" ? "session\\nanswer fine\\ndone" : "session\\nfail";
      return `[schedules.${name}]\nevery = "30d"\nquiet = "errors"\nprompt = "${prompt}"\n`;
    })
    .join("");
  const { say, botSays, press, emulator } = await stage({ tables });
  say("/schedule");
  const list = await botSays(/^1\. bad/);
  await press(list, "1 Run now");
  const failed = await botSays(/^error · alpha[\s\S]*schedule bad/);
  await press(list, "2 Run now");
  const fine = await botSays(/^done · alpha[\s\S]*schedule good/);
  const isSilent = (message: Message) =>
    emulator
      .calls("sendMessage")
      .find(({ answer }) => (answer as Message | undefined)?.message_id === message.message_id)?.payload[
      "disable_notification"
    ] ?? false;
  expect([isSilent(failed), isSilent(fine)]).toEqual([false, true]);
});

const sessionOf = (message: Message) => /resume (\S+)/.exec(textOf(message))?.[1];
const buttonsOf = (message: Message) => message.reply_markup?.inline_keyboard.flat().map(({ text }) => text);

describe("/schedule", () => {
  test("shows the next times, waits for Save, and then runs: by its time and by hand", async () => {
    const { say, botSays, press, store, outcomeOf, emulator } = await stage();
    say("/schedule every 1m /beta session\nanswer of the minute\ndone");
    const draft = await botSays(/not saved yet/);
    expect(textOf(draft)).toMatch(/^every 1m: not saved yet\./);
    const moments = draft.entities?.filter(({ type }) => type === "date_time") ?? [];
    expect(moments).toHaveLength(3);
    expect(buttonsOf(draft)).toEqual(["Save", "Discard"]);
    expect(await press(draft, "Save")).toBe("Saved.");
    const saved = await botSays(/^beta-session-answer-of · every 1m/);
    expect(saved.message_id).toBe(draft.message_id);
    expect(buttonsOf(saved)).toEqual(["Pause", "Run now", "Delete"]);

    expect(await press(saved, "Run now")).toBe("Running it.");
    const outcome = await botSays(/^done · beta[\s\S]*schedule beta-session-answer-of/);
    const next = await outcomeOf(say("answer go on\ndone", { replyTo: outcome.message_id }));
    expect(sessionOf(next)).toBe(sessionOf(outcome));

    expect(await press(saved, "Delete")).toBe("Deleted.");
    await emulator.waitFor(() => store().schedules.all().length === 0);
    expect(await press(saved, "Pause").catch(() => "no such button")).toMatch(/no such button|No schedule/);
  });

  test("a reminder resumes the session that it replies to, once", async () => {
    const { say, botSays, press, store, outcomeOf } = await stage();
    const first = await outcomeOf(say("session\nanswer one\ndone"));
    say("/remind 1s answer two\ndone", { replyTo: first.message_id });
    const draft = await botSays(/^once: not saved yet/);
    await press(draft, "Save");
    const second = await botSays(/^done[\s\S]*two[\s\S]*schedule answer-two-done/);
    expect(sessionOf(second)).toBe(sessionOf(first));
    expect(store().schedules.all()).toEqual([]);
  });

  test("lists what there is; a pause outlives a restart", async () => {
    const tables = '[schedules.nightly]\ncron = "0 2 * * *"\nprompt = "run the tests"\n';
    const { say, botSays, press, stop, start, emulator } = await stage({ tables });
    say("/schedule");
    const list = await botSays(/^1\. nightly · 2:00 daily · next /);
    expect(buttonsOf(list)).toEqual(["1 Pause", "1 Run now"]);
    expect(await press(list, "Pause")).toBe("Paused.");
    await botSays(/^1\. nightly · 2:00 daily, paused · run the tests$/);
    await stop();
    start();
    say("/schedule");
    const again = await emulator.waitFor(() =>
      emulator.messages(emulator.privateChatId).findLast(({ text = "" }) => /^1\. nightly.*paused/.test(text)),
    );
    expect(await press(again, "Resume")).toBe("Resumed.");
    await botSays(/^1\. nightly · 2:00 daily · next /);
  });

  test("says how to write it, and what cannot be", async () => {
    const { say, botSays } = await stage();
    say("/schedule tomorrow");
    await botSays(/^Write a time and a task/);
    say("/remind later");
    await botSays(/^Write how long to wait and a task/);
    say("/schedule cron 0 0 31 2 * never");
    await botSays(/never comes/);
  });
});

describe("a usage limit that is reset at a known time", () => {
  const limited = (seconds: number) =>
    `session\nstderr usage limit reached|${Math.floor(Date.now() / 1000) + seconds}\nexit 1`;

  test("is told with a button that continues then, once, and over a restart", async () => {
    const { say, outcomeOf, botSays, press, stop, start, store, emulator } = await stage();
    const outcome = await outcomeOf(say(limited(3_600)));
    expect(textOf(outcome)).toMatch(/The limit is reset by \w{3} /);
    const label = buttonsOf(outcome)?.find((text) => text.startsWith("Continue ")) ?? "none";
    expect(await press(outcome, label)).toBe("Done.");
    const said = await botSays(/^It continues \w{3} .*, when its usage limit is reset\.$/);
    await press(outcome, label);
    expect(buttonsOf(said)).toEqual(["Do not continue"]);
    say("/queue");
    await botSays(/^1\. alpha · continues \w{3} .*, when its usage limit is reset · continue-/);
    await stop();
    const [waiting, ...others] = store().schedules.all();
    expect([waiting?.state, others]).toEqual(["active", []]);
    start();
    say("/schedule");
    const list = await botSays(/^1\. continue-\w+ · once · next /);
    expect(await press(list, "1 Run now")).toBe("Running it.");
    const runs = await emulator.waitFor(() => {
      const all = store().runs.recent(9);
      return all.length === 2 && all.every(({ state }) => state === "ended") ? all : undefined;
    });
    expect(runs[0]).toMatchObject({ prompt: "continue", resume: runs[1]?.session });
  });

  test("is in the queue until somebody takes it back there", async () => {
    const { say, outcomeOf, botSays, press, store } = await stage({ tables: '[alpha]\nat_limit = "wait"\n' });
    await outcomeOf(say(limited(3_600)));
    say("/queue");
    const list = await botSays(/^1\. alpha · continues /);
    await press(list, "1 Do not continue");
    await botSays(/^It does not continue by itself\.$/);
    expect(store().schedules.all()).toEqual([]);
    expect(await press(list, "1 Do not continue")).toBe("That is over: reply with what to do.");
    say("/queue");
    await botSays(/^Nothing waits here\.$/);
  });

  test('is waited for with at_limit = "wait", and not offered with "stop"', async () => {
    const tables = '[alpha]\nat_limit = "wait"\n[beta]\nat_limit = "stop"\n';
    const { say, outcomeOf, press, store } = await stage({ tables });
    const waits = await outcomeOf(say(limited(3_600)));
    expect(textOf(waits)).toContain("and the task continues");
    expect(
      store()
        .schedules.all()
        .map(({ state }) => state),
    ).toEqual(["active"]);
    await press(waits, "Do not continue");
    expect(store().schedules.all()).toEqual([]);
    const stops = await outcomeOf(say(`/beta ${limited(3_600)}`));
    expect(buttonsOf(stops)).toEqual(["Try again"]);
  });
});

test("a schedule is made, saved, run, paused and deleted from a command line alone", async () => {
  const staged = await stage();
  const takopi = shell(staged);
  const made = await takopi("schedule", "9:00", "weekdays", "say", "hello");
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^9:00 weekdays: not saved yet\./) });
  expect(made.stdout).toMatch(/Next:[\s\S]*- .*\n- .*\n- .*\n\n`takopi schedule save say-hello` saves it\.\n$/);
  expect((await takopi("schedule")).stdout).toContain("Nothing begins by time here.");
  expect((await takopi("schedule", "save", "say-hello")).stdout).toMatch(/^`say-hello` · 9:00 weekdays/);
  expect((await takopi("schedule", "run", "say-hello")).code).toBe(0);
  await staged.botSays(/schedule say-hello/);
  expect((await takopi("schedule", "pause", "say-hello")).stdout).toContain("paused");
  const { stdout } = await takopi("schedule", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ schedules: [{ name: "say-hello", state: "paused", next: [] }] });
  expect((await takopi("schedule", "delete", "say-hello")).stdout).toBe("Deleted.\n");
  expect((await takopi("schedule", "save", "say-hello")).code).toBe(4);
  expect((await takopi("remind", "20m", "look", "at", "the", "build")).stdout).toContain(
    "takopi schedule save look-at",
  );
});

test("a task that would fail each time is refused before it is saved, and a time that cannot be is told", async () => {
  const { say, botSays } = await stage({ tables: '[projects.web]\npath = "."' });
  say("/schedule every 2h /web");
  await botSays(/^Nothing was started: add the task, as in \/web fix the tests\.$/);
  say("/remind 1h /nope run the tests");
  await botSays(/^\/nope is no engine, project or preset, and a command cannot begin by time: write a task\.$/);
  say("/schedule cron 61 9 * * * look");
  await botSays(/^That time cannot be: it cannot be read: invalid value for minute: 61\.$/);
  say("/schedule");
  await botSays(/^Nothing begins by time here\./);
});
