import type { Message } from "@grammyjs/types";
import { describe, expect, test } from "vitest";
import { textOf } from "../helpers/bridge.ts";
import { liveTables, stageLive } from "../helpers/live-stage.ts";

const sessionIn = (message: Message) => /pi --session (session-[\d-]+)/.exec(textOf(message))?.[1] ?? "none";

describe("commands for a thread", () => {
  test("compact and name the session of the message that they reply to", async () => {
    const { say, botSays, outcomeOf } = await stageLive();
    const first = say("answer");
    const answer = await outcomeOf(first);
    say("/compact", { replyTo: answer.message_id });
    const compacted = await botSays(/^The context of this pi session was compacted\.$/);
    say("/name login   bug", { replyTo: first });
    await botSays(/^This session is named login bug now\.$/);
    const facts = textOf(await outcomeOf(say("facts", { replyTo: compacted.message_id })));
    expect(facts).toContain('"done":["compacted","named login bug"]');
  });

  test("fork it: a reply to what is said goes on with the copy, in the same place", async () => {
    const { say, botSays, outcomeOf, store } = await stageLive();
    const first = await outcomeOf(say("answer"));
    const asked = say("/fork", { replyTo: first.message_id });
    const forked = await botSays(/^Forked\./);
    const copy = sessionIn(forked);
    expect(copy).not.toBe(sessionIn(first));
    expect(forked.reply_to_message?.message_id).toBe(asked);
    const next = await outcomeOf(say("facts", { replyTo: forked.message_id }));
    expect(sessionIn(next)).toBe(copy);
    expect(textOf(next)).toContain('"prompts":["answer","facts"]');
    expect(store().runs.recent(10)).toHaveLength(2);
  });

  test("undo the last turn, after which the chat goes on without it", async () => {
    const { say, botSays, outcomeOf } = await stageLive({ telegram: 'session_mode = "chat"' });
    await outcomeOf(say("answer"));
    await outcomeOf(say("answer twice"));
    say("/undo");
    const undone = await botSays(/^The last turn was taken back/);
    const next = await outcomeOf(say("facts"));
    expect(sessionIn(next)).toBe(sessionIn(undone));
    expect(textOf(next)).toContain('"prompts":["answer","facts"]');
  });

  test("undo as many turns as they say", async () => {
    const { say, botSays, outcomeOf } = await stageLive({ telegram: 'session_mode = "chat"' });
    await outcomeOf(say("answer"));
    await outcomeOf(say("answer twice"));
    await outcomeOf(say("answer once more"));
    say("/undo 2");
    await botSays(/^The last 2 turns were taken back/);
    expect(textOf(await outcomeOf(say("facts")))).toContain('"prompts":["answer","facts"]');
  });

  test("archive a session: the chat leaves it, /sessions does not list it, a reply brings it back", async () => {
    const { say, botSays, outcomeOf } = await stageLive({ telegram: 'session_mode = "chat"' });
    const first = await outcomeOf(say("answer"));
    say("/archive");
    await botSays(/^The session was put away/);
    say("/sessions");
    await botSays(/^No session of this chat is live\.$/);
    expect(sessionIn(await outcomeOf(say("answer anew")))).not.toBe(sessionIn(first));
    const back = await outcomeOf(say("answer again", { replyTo: first.message_id }));
    expect(sessionIn(back)).toBe(sessionIn(first));
  });

  test("end the process of an idle session", async () => {
    const { say, botSays, press, outcomeOf } = await stageLive();
    const first = await outcomeOf(say("answer"));
    say("/sessions");
    await press(await botSays(/idle for/), "1 End");
    await botSays(/^Ended\. The session is kept/);
    say("/end", { replyTo: first.message_id });
    await botSays(/^That session keeps no process warm\.$/);
  });

  test("tell what the engine says if it cannot", async () => {
    const { say, botSays, outcomeOf } = await stageLive({ defaultEngine: "codex" });
    const first = await outcomeOf(say("answer"));
    say("/compact", { replyTo: first.message_id });
    await botSays(/^The disk is full\.$/);
  });

  test("give a session its name here even if the engine takes none, and list it by that", async () => {
    const { say, botSays, outcomeOf } = await stageLive({ defaultEngine: "codex" });
    const first = await outcomeOf(say("answer"));
    say("/name login bug", { replyTo: first.message_id });
    await botSays(/^This session is named login bug now\.$/);
    say("/sessions");
    await botSays(/^1\. codex · idle for \d+s · answer · login bug$/m);
  });

  test("refuse in one sentence: no thread, one at work, an engine that cannot", async () => {
    const { say, botSays, outcomeOf } = await stageLive();
    say("/fork");
    await botSays(/^Reply to a message of the thread that you mean\.$/);
    const first = say("endless");
    await botSays(/^working · pi/);
    say("/compact", { replyTo: first });
    await botSays(/^That session is running: wait for it, or stop it first\.$/);
    say("/cancel");
    await outcomeOf(first);
    const headless = await outcomeOf(say("/alpha session\nanswer yes\ndone"));
    say("/undo", { replyTo: headless.message_id });
    await botSays(/^alpha cannot take a turn back\.$/);
    say("/name", { replyTo: headless.message_id });
    await botSays(/^Add the name/);
  });
});

describe("/model", () => {
  test("lists what the engine has, and keeps a choice for the thread's later runs", async () => {
    const { say, botSays, outcomeOf } = await stageLive({ defaultEngine: "codex" });
    const first = await outcomeOf(say("model"));
    expect(textOf(first)).toContain("model=undefined");
    say("/models");
    expect(textOf(await botSays(/^Models of Codex/))).toMatch(/large[\s\S]*small/);
    say("/model enormous", { replyTo: first.message_id });
    await botSays(/^Codex has no model enormous: \/model lists those it has\.$/);
    say("/model small", { replyTo: first.message_id });
    const chosen = await botSays(/^From its next task on this session uses small\.$/);
    const next = await outcomeOf(say("model", { replyTo: chosen.message_id }));
    expect(textOf(next)).toContain("model=small");
    expect(textOf(await outcomeOf(say("model")))).toContain("model=undefined");
    say("/model default", { replyTo: next.message_id });
    await botSays(/^From its next task on this session uses its own model\.$/);
    expect(textOf(await outcomeOf(say("model", { replyTo: next.message_id })))).toContain("model=undefined");
  });

  test("holds for headless engines too, which cannot list theirs", async () => {
    const { say, botSays, outcomeOf, emulator } = await stageLive({ defaultEngine: "alpha" });
    const first = await outcomeOf(say("session\nmodel\ndone"));
    say("/model");
    await botSays(/^Model of alpha in this chat: not set [\s\S]*alpha cannot list its models\./);
    const noIds = ["--auto", "-m", "tiny --auto", "tiny\n--auto"];
    for (const id of noIds) say(`/model ${id}`, { replyTo: first.message_id });
    const refusal = "A model's id has no space in it and no - at its beginning: write /model <id>.";
    const refusals = () => emulator.messages(emulator.privateChatId).filter((message) => textOf(message) === refusal);
    await emulator.waitFor(() => refusals().length === noIds.length);
    say("/model tiny", { replyTo: first.message_id });
    await botSays(/^From its next task on this session uses tiny/);
    const next = textOf(await outcomeOf(say("session\nmodel\ndone", { replyTo: first.message_id })));
    expect(next).toContain("model=tiny");
  });
});

test("an engine that is not interactive is refused what needs that, with the key to set", async () => {
  const tables = liveTables.replaceAll("interactive = true\n", "");
  const { say, botSays } = await stageLive({ tables, defaultEngine: "codex" });
  say("/models");
  await botSays(/^Codex can list its models only with codex\.interactive = true in the config\.$/);
});

describe("/sessions", () => {
  test("lists live threads with buttons that stop, compact and fork them", async () => {
    const { say, botSays, outcomeOf, press } = await stageLive();
    say("/sessions");
    await botSays(/^No session of this chat is live\.$/);
    const idle = await outcomeOf(say("answer"));
    const busy = say("endless");
    // Not the progress message of the run before, which may be there still.
    await botSays(new RegExp(`^working · pi[^]*(?<!${sessionIn(idle)})$`));
    say("/sessions");
    const list = await botSays(/pi · busy for \d+s · endless/);
    expect(textOf(list)).toMatch(/pi · idle for \d+s · answer/);
    expect(await press(list, "Compact")).toBe("Working on it.");
    await botSays(/was compacted/);
    expect(await press(list, "Fork")).toBe("Working on it.");
    expect(sessionIn(await botSays(/^Forked\./))).not.toBe(sessionIn(idle));
    expect(await press(list, "Stop")).toBe("Stopping.");
    expect(textOf(await outcomeOf(busy))).toMatch(/^cancelled/);
  });
});
