import { join } from "node:path";
import type { User } from "@grammyjs/types";
import { describe, expect, test } from "vitest";
import { command as runs } from "../../src/cli/runs.ts";
import { openPlain } from "../../src/store/database.ts";
import { call } from "../cli/calling.ts";
import { buttonsOf, CARD, closed, dataOf, hasCard, press, setUp } from "../helpers/asking.ts";
import { textOf } from "../helpers/bridge.ts";

describe("an approval", () => {
  test("is a notifying reply to its task, allowed by a button, and says who did and when", async () => {
    const bridge = await setUp("codex");
    const id = bridge.say("approve");
    const card = await bridge.botSays(/^codex wants to run/);
    expect(textOf(card)).toBe("codex wants to run\n\nrm -rf build\n\nin /repo");
    expect(card.reply_to_message?.message_id).toBe(id);
    const sent = bridge.emulator.calls("sendMessage").find(({ payload }) => CARD.test(String(payload["text"])));
    expect(sent?.payload["disable_notification"]).toBeUndefined();
    expect(buttonsOf(card).map(({ text }) => text)).toEqual([
      "Allow",
      "Deny",
      "Allow for session",
      "Deny, and say why",
    ]);
    for (const label of ["Allow", "Deny", "Allow for session"]) expect(dataOf(card, label).length).toBeLessThan(64);
    await bridge.botSays(/^waiting for you · codex/);
    const data = dataOf(card, "Allow");
    expect(await press(bridge, card, "Allow")).toBe("Allowing.");
    expect(textOf(await bridge.outcomeOf(id))).toContain('{"decision":"accept"}');
    const name = bridge.emulator.person.first_name;
    expect(textOf(await closed(bridge, card))).toMatch(new RegExp(`✓ Allowed by ${name} · \\d\\d:\\d\\d$`));
    const late = bridge.emulator.press({ chatId: card.chat.id, messageId: card.message_id, data });
    const told = await bridge.emulator.waitFor(() => bridge.emulator.answerTo(late));
    expect(told.text).toBe(`Already answered by ${name}.`);
  });

  test.each([
    ["Allow for session", "acceptForSession", /✓ Allowed for the session by /, false],
    ["Deny", "decline", /✗ Denied by /, true],
  ])("is answered by %s; the outcome says what was denied", async (label, decision, shown, isDenied) => {
    const bridge = await setUp("codex");
    const id = bridge.say("approve");
    const card = await bridge.botSays(/^codex wants to run/);
    await press(bridge, card, label);
    const outcome = textOf(await bridge.outcomeOf(id));
    expect(outcome).toContain(`{"decision":"${decision}"}`);
    expect(outcome.includes("\n\n1 step was denied.\n")).toBe(isDenied);
    expect(textOf(await closed(bridge, card))).toMatch(shown);
  });

  test("is denied with a reason by a reply, which starts no run; a later reply is told that it is too late", async () => {
    const bridge = await setUp("pi");
    const id = bridge.say("gate");
    const card = await bridge.botSays(/^pi wants to /);
    expect(textOf(card)).toContain("npm test && rm -rf build");
    expect(textOf(card)).toContain("in /repo");
    bridge.say("Keep the build.", { replyTo: card.message_id });
    expect(textOf(await bridge.outcomeOf(id))).toContain('{"verdict":"deny","reason":"Keep the build."}');
    expect(textOf(await closed(bridge, card))).toMatch(/✗ Denied by .*\nKeep the build\.$/);
    bridge.say("And the rest.", { replyTo: card.message_id });
    await bridge.botSays(/^Already answered by .* Your message was not passed on\.$/);
    expect(bridge.store().runs.recent(10)).toHaveLength(1);
  });

  test("of a long change is folded and cut, and its file has it all; a reply to the file belongs to it too", async () => {
    const bridge = await setUp("pi");
    const id = bridge.say("write");
    const card = await bridge.botSays(/^pi wants to change files\nwrite/);
    expect(card.entities?.map(({ type }) => type)).toContain("expandable_blockquote");
    expect(textOf(card)).toContain("the file below has it all");
    const file = await bridge.emulator.waitFor(() =>
      bridge.emulator.messages(bridge.emulator.privateChatId).find((message) => message.document),
    );
    expect(file.reply_to_message?.message_id).toBe(card.message_id);
    expect(file.document).toMatchObject({ file_name: "change.diff" });
    expect(file.document?.file_size).toBeGreaterThan(400 * "+line 1 of the new file\n".length);
    bridge.say("Too long.", { replyTo: file.message_id });
    expect(textOf(await bridge.outcomeOf(id))).toContain('"reason":"Too long."');
  });

  test("can be answered by nobody who may not use the bot", async () => {
    const bridge = await setUp("codex");
    const { emulator, log } = bridge;
    const id = bridge.say("approve", { chatId: emulator.groupId });
    const card = await bridge.botSays(/^codex wants to run/, emulator.groupId);
    const stranger: User = { id: 666, is_bot: false, first_name: "Mallory" };
    const data = dataOf(card, "Allow");
    emulator.press({ chatId: emulator.groupId, messageId: card.message_id, data, from: stranger });
    emulator.sendText({ chatId: emulator.groupId, text: "yes", from: stranger, replyTo: card.message_id });
    await emulator.waitFor(() => log.filter(({ event }) => event === "update.stranger").length === 2);
    expect(bridge.store().questions.recent(1)).toMatchObject([{ state: "open" }]);
    await press(bridge, card, "Deny");
    expect(textOf(await bridge.outcomeOf(id, emulator.groupId))).toContain("decline");
  });
});

describe("a question", () => {
  test("with options is answered by a button", async () => {
    const bridge = await setUp("pi");
    const id = bridge.say("ask");
    const card = await bridge.botSays(/^pi asks: Which\?/);
    expect(buttonsOf(card).map(({ text }) => text)).toEqual(["red", "green", "Dismiss"]);
    bridge.say("blue", { replyTo: card.message_id });
    await bridge.botSays(/^This takes one of its options/);
    expect(await press(bridge, card, "green")).toBe("Answering.");
    expect(textOf(await bridge.outcomeOf(id))).toContain('{"value":"green"}');
    expect(textOf(await closed(bridge, card))).toMatch(/✓ Answered by .*\ngreen$/);
  });

  test("takes a reply as its text", async () => {
    const bridge = await setUp("pi");
    const id = bridge.say("name");
    const card = await bridge.botSays(/^pi asks: Which name\?/);
    bridge.say("Ada", { replyTo: card.message_id });
    expect(textOf(await bridge.outcomeOf(id))).toContain('{"value":"Ada"}');
    expect(textOf(await closed(bridge, card))).toMatch(/\nAda$/);
    expect(bridge.store().runs.recent(10)).toHaveLength(1);
  });

  test("that is secret leaves no trace of its answer", async () => {
    const bridge = await setUp("codex");
    const id = bridge.say("two");
    const choice = await bridge.botSays(/^codex asks: A/);
    const secret = await bridge.botSays(/^codex asks: B/);
    expect(textOf(secret)).toContain("It is not kept here");
    bridge.say("hunter2", { replyTo: secret.message_id });
    expect(textOf(await closed(bridge, secret))).toMatch(/✓ Answered by \S+ · \d\d:\d\d$/);
    await press(bridge, choice, "Yes");
    await bridge.outcomeOf(id);
    const database = openPlain(join(bridge.directory, "takopi.db"));
    const stored = database.all("SELECT question, answer, reason FROM questions");
    expect(stored).toHaveLength(2);
    expect(JSON.stringify([stored, database.all("SELECT body FROM updates")])).not.toContain("hunter2");
    database.close();
    expect(JSON.stringify(bridge.log)).not.toContain("hunter2");
  });

  test("that the engine gives up by itself closes its card", async () => {
    const bridge = await setUp("pi");
    const id = bridge.say("impatient");
    await bridge.outcomeOf(id);
    const stored = await bridge.emulator.waitFor(() => bridge.store().questions.recent(1)[0]);
    expect(stored.state).toBe("withdrawn");
    if (stored.cardId === null) return;
    const card = bridge.emulator.message(bridge.emulator.privateChatId, Number(stored.cardId));
    if (card) expect(textOf(await closed(bridge, card))).toMatch(/No longer asked\.$/);
  });
});

describe("the rules in the config", () => {
  test.each([
    ['allow = ["rm -rf build"]', "accept"],
    ['deny = ["rm *"]\napprovals = "allow"', "decline"],
    ['approvals = "allow"', "accept"],
    ['approvals = "deny"', "decline"],
  ])("answer without a card: %s", async (rules, decision) => {
    const bridge = await setUp("codex", { rules });
    expect(textOf(await bridge.outcomeOf(bridge.say("approve-here")))).toContain(`{"decision":"${decision}"}`);
    expect(hasCard(bridge)).toBe(false);
    expect(bridge.store().questions.recent(5)).toMatchObject([
      { state: "answered", decidedBy: "policy", cardId: null },
    ]);
  });

  test("of a project come before the engine's own", async () => {
    const tables = '[projects.web]\npath = "."\n[projects.web.codex]\nallow = ["rm -rf *"]';
    const bridge = await setUp("codex", { tables, rules: 'approvals = "deny"' });
    expect(textOf(await bridge.outcomeOf(bridge.say("/web approve-here")))).toContain('{"decision":"accept"}');
  });
});

test("takopi runs --approvals tells what was asked, who decided and what", async () => {
  const bridge = await setUp("codex", { rules: 'allow = ["ls"]' });
  const id = bridge.say("approve");
  const card = await bridge.botSays(/^codex wants to run/);
  bridge.say("Not that.", { replyTo: card.message_id });
  await bridge.outcomeOf(id);
  const file = join(bridge.directory, "takopi.toml");
  const { stdout } = await call(runs, bridge.directory, "--approvals", "--config", file);
  expect(stdout).toMatch(/denied +\S+ \(\d+\) +command +codex +Run rm -rf build in \/repo/);
});
