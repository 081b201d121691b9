import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openPlain } from "../../src/store/database.ts";
import { buttonsOf, CARD, closed, dataOf, press, setUp } from "../helpers/asking.ts";
import { type Stage, textOf } from "../helpers/bridge.ts";

describe("a card", () => {
  test("that nobody answers is brought back to mind once, then answered with no", async () => {
    const bridge = await setUp("codex", { tables: "[limits]\napproval_minutes = 0.05\nstall_minutes = 0.005" });
    const id = bridge.say("approve");
    const card = await bridge.botSays(/^codex wants to run/);
    const reminder = await bridge.botSays(/^Still waiting for an answer: Run rm -rf build/);
    expect(reminder.reply_to_message?.message_id).toBe(card.message_id);
    expect(textOf(await bridge.outcomeOf(id))).toContain('{"decision":"decline"}');
    expect(textOf(await closed(bridge, card))).toMatch(
      /✗ Denied: nobody answered in time \(limits\.approval_minutes\)\.$/,
    );
    const progress = bridge.emulator.calls("editMessageText").map(({ payload }) => String(payload["text"]));
    expect(progress.filter((text) => /^waiting for you[\s\S]*No sign of life/.test(text))).toEqual([]);
    bridge.say("no", { replyTo: reminder.message_id });
    await bridge.botSays(/^Expired: nobody answered in time\./);
  });

  test.each(["reset_before", "reset_after", "bad_gateway"] as const)(
    "arrives over a fault of the net: %s",
    async (type) => {
      const bridge = await setUp("pi");
      const isCard = ({ method, payload }: { method: string; payload: object }) =>
        method === "sendMessage" && CARD.test(String((payload as { text?: unknown }).text));
      bridge.emulator.fail(isCard, { type }, 2);
      const id = bridge.say("ask");
      await bridge.emulator.waitFor(() => bridge.store().questions.recent(1)[0]?.cardId);
      const cards = bridge.emulator.messages(bridge.emulator.privateChatId).filter((one) => CARD.test(textOf(one)));
      const [first] = cards;
      const last = cards.at(-1);
      if (!first || !last) throw new Error("no card");
      expect(cards).toHaveLength(type === "reset_after" ? 3 : 1);
      // Of a card that is there twice, each takes the answer.
      bridge.say("red", { replyTo: first.message_id });
      expect(textOf(await bridge.outcomeOf(id))).toContain('{"value":"red"}');
      expect(bridge.store().runs.recent(5)).toHaveLength(1);
      await closed(bridge, last);
    },
  );

  test("whose formats are refused comes without them", async () => {
    const bridge = await setUp("codex");
    const isCard = ({ method, payload }: { method: string; payload: object }) =>
      method === "sendMessage" && CARD.test(String((payload as { text?: unknown }).text));
    bridge.emulator.fail(isCard, { type: "bad_request", reason: "can't parse entities" });
    const id = bridge.say("approve");
    const card = await bridge.botSays(/^codex wants to run\n+rm -rf build/);
    await press(bridge, card, "Deny");
    expect(textOf(await bridge.outcomeOf(id))).toContain("decline");
  });

  test("closes with its run", async () => {
    const bridge = await setUp("pi");
    const id = bridge.say("stuck");
    const card = await bridge.botSays(/^pi asks: Which\?/);
    bridge.say("/cancel", { replyTo: card.message_id });
    expect(textOf(await bridge.outcomeOf(id))).toMatch(/^cancelled · pi/);
    expect(textOf(await closed(bridge, card))).toMatch(/No longer asked\.$/);
  });

  test("shows what was answered as a button that does nothing, or none if the server knows no such button", async () => {
    const bridge = await setUp("codex");
    const first = bridge.say("approve");
    const card = await bridge.botSays(/^codex wants to run/);
    await press(bridge, card, "Allow");
    await bridge.outcomeOf(first);
    expect(buttonsOf(await closed(bridge, card))).toEqual([{ text: "Allowed ✓", disabled: {} }]);
    const isDisabled = ({ payload }: { payload: object }) => JSON.stringify(payload).includes('"disabled"');
    const reason = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard";
    bridge.emulator.fail(isDisabled, { type: "bad_request", reason }, Number.POSITIVE_INFINITY);
    for (const id of [bridge.say("approve"), bridge.say("approve")]) {
      const old = await bridge.emulator.waitFor(() => cardOf(bridge, id));
      await press(bridge, old, "Allow");
      await bridge.outcomeOf(id);
      const shown = await closed(bridge, old);
      expect(textOf(shown)).toMatch(/✓ Allowed by /);
      expect(buttonsOf(shown)).toEqual([]);
    }
    expect(bridge.emulator.calls("editMessageText").filter(isDisabled)).toHaveLength(2);
  });

  test("asks why in a message whose reply denies, once, and takes that message away", async () => {
    const bridge = await setUp("pi");
    const id = bridge.say("gate");
    const card = await bridge.botSays(/^pi wants to run/);
    expect(await press(bridge, card, "Deny, and say why")).toBe("Reply with the reason.");
    const why = await bridge.botSays(/^Why not\?/);
    await press(bridge, card, "Deny, and say why");
    expect(why.reply_markup).toMatchObject({ force_reply: true });
    expect(buttonsOf(why).map(({ text }) => text)).toEqual(["Deny without a reason"]);
    bridge.say("Keep the build.", { replyTo: why.message_id });
    expect(textOf(await bridge.outcomeOf(id))).toContain('{"verdict":"deny","reason":"Keep the build."}');
    expect(textOf(await closed(bridge, card))).toMatch(/✗ Denied by .*\nKeep the build\.$/);
    await bridge.emulator.waitFor(() => !bridge.emulator.message(card.chat.id, why.message_id));
    const asked = bridge.emulator.calls("sendMessage").filter(({ payload }) => /^Why/.test(String(payload["text"])));
    expect(asked).toHaveLength(1);
  });

  test("takes a reply that clients cut as one", async () => {
    const bridge = await setUp("pi");
    const id = bridge.say("name");
    const card = await bridge.botSays(/^pi asks: Which name\?/);
    const chatId = card.chat.id;
    bridge.emulator.sendBatch([
      { chatId, text: "x".repeat(4096), replyTo: card.message_id },
      { chatId, text: "tail" },
    ]);
    expect(textOf(await bridge.outcomeOf(id))).toContain(`${"x".repeat(4096)}tail`);
  });

  test("is sent without an open reply if the server takes none", async () => {
    const bridge = await setUp("pi");
    const forces = ({ payload }: { payload: object }) => JSON.stringify(payload).includes('"force_reply"');
    bridge.emulator.fail(forces, { type: "bad_request", reason: "object expected as reply markup" });
    const id = bridge.say("name");
    const card = await bridge.botSays(/^pi asks: Which name\?/);
    bridge.say("Ada", { replyTo: card.message_id });
    expect(textOf(await bridge.outcomeOf(id))).toContain('{"value":"Ada"}');
  });
});

describe("a card whose run was cut off", () => {
  /** What a bridge leaves that was killed while a question was open. */
  const forget = ({ directory }: Stage) => {
    const database = openPlain(join(directory, "takopi.db"));
    database.run("UPDATE questions SET state = 'open', closedAt = NULL, cardState = 'open'");
    database.close();
  };
  const TOLD = "takopi was restarted while this question was open.";

  async function cutOff(isKilled: boolean) {
    const bridge = await setUp("codex");
    const id = bridge.say("approve");
    const card = await bridge.botSays(/^codex wants to run/);
    const data = dataOf(card, "Allow");
    await bridge.stop();
    expect(textOf(await bridge.outcomeOf(id))).toMatch(/^interrupted/);
    if (isKilled) forget(bridge);
    bridge.start();
    await bridge.botSays(new RegExp(`^codex wants to run[\\s\\S]*${TOLD}$`));
    const now = await bridge.emulator.waitFor(() => {
      const found = bridge.emulator.message(card.chat.id, card.message_id);
      return found && buttonsOf(found).some(({ text }) => text === "Resume") ? found : undefined;
    });
    return { bridge, card: now, allow: data };
  }

  test.each([
    ["a shutdown", false],
    ["a crash", true],
  ])("by %s decides nothing, and is left by its button", async (_, isKilled) => {
    const { bridge, card, allow } = await cutOff(isKilled);
    const late = bridge.emulator.press({ chatId: card.chat.id, messageId: card.message_id, data: allow });
    expect((await bridge.emulator.waitFor(() => bridge.emulator.answerTo(late))).text).toBe(TOLD);
    bridge.say("so be it", { replyTo: card.message_id });
    await bridge.botSays(new RegExp(`^${TOLD} Your message was not passed on\\.$`));
    expect(await press(bridge, card, "Leave")).toBe("Left as it is.");
    expect(textOf(await closed(bridge, card))).toMatch(/✗ Left by \S+ · \d\d:\d\d$/);
    expect(bridge.store().runs.recent(10)).toHaveLength(1);
  });

  test("is resumed by its button, and is the card of the same question when that is asked again", async () => {
    const { bridge, card, allow } = await cutOff(true);
    expect(await press(bridge, card, "Resume")).toBe("Resuming.");
    await bridge.botSays(/^Asked again: Run rm -rf build/);
    const again = bridge.emulator.message(card.chat.id, card.message_id);
    if (!again) throw new Error("the card is gone");
    expect(buttonsOf(again).map(({ text }) => text)).toContain("Allow");
    expect(dataOf(again, "Allow")).not.toBe(allow);
    const cards = bridge.emulator.messages(card.chat.id).filter((one) => CARD.test(textOf(one)));
    expect(cards).toHaveLength(1);
    const [question] = bridge.store().questions.recent(1);
    expect(question).toMatchObject({ state: "open", reply: null, cardId: String(card.message_id) });
    await press(bridge, again, "Deny");
    await bridge.botSays(/^done · codex[\s\S]*"decision":"decline"/);
    const resume = bridge.emulator
      .messages(card.chat.id)
      .find((one) => buttonsOf(one).some(({ text }) => text === "Resume"));
    if (resume) expect(await press(bridge, resume, "Resume")).toBe("It was resumed already: see below.");
    expect(bridge.store().runs.recent(10)).toHaveLength(2);
  });
});

const cardOf = ({ emulator }: Stage, id: number) =>
  emulator
    .messages(emulator.privateChatId)
    .find((one) => CARD.test(textOf(one)) && one.reply_to_message?.message_id === id);
