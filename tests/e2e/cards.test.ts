import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openPlain } from "../../src/store/database.ts";
import { closed, dataOf, press, setUp } from "../helpers/asking.ts";
import { textOf } from "../helpers/bridge.ts";

describe("a card", () => {
  test("that nobody answers is brought back to mind once, then answered with no", async () => {
    const bridge = await setUp("codex", { tables: "[limits]\napproval_minutes = 0.03\nstall_minutes = 0.005" });
    const id = bridge.say("approve");
    const card = await bridge.botSays(/^codex asks: /);
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
        method === "sendMessage" && JSON.stringify(payload).includes(" asks: ");
      bridge.emulator.fail(isCard, { type }, 2);
      const id = bridge.say("ask");
      await bridge.emulator.waitFor(() => bridge.store().questions.recent(1)[0]?.cardId);
      const cards = bridge.emulator
        .messages(bridge.emulator.privateChatId)
        .filter((one) => / asks: /.test(textOf(one)));
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
      method === "sendMessage" && JSON.stringify(payload).includes(" asks: ");
    bridge.emulator.fail(isCard, { type: "bad_request", reason: "can't parse entities" });
    const id = bridge.say("approve");
    const card = await bridge.botSays(/^codex asks: Run rm -rf build in \/repo/);
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

  test("is closed by a shutdown, and marked as expired after a crash", async () => {
    const bridge = await setUp("codex");
    const id = bridge.say("approve");
    const card = await bridge.botSays(/^codex asks: /);
    const data = dataOf(card, "Allow");
    await bridge.stop();
    expect(textOf(await bridge.outcomeOf(id))).toMatch(/^interrupted/);
    expect(textOf(await closed(bridge, card))).toMatch(/No longer asked\.$/);
    // What a bridge that was killed would have left.
    const database = openPlain(join(bridge.directory, "takopi.db"));
    database.run("UPDATE questions SET state = 'open', closedAt = NULL, cardState = 'open'");
    database.close();
    bridge.start();
    await bridge.botSays(/^codex asks: [\s\S]*Expired: takopi was restarted\.$/);
    const late = bridge.emulator.press({ chatId: card.chat.id, messageId: card.message_id, data });
    const told = await bridge.emulator.waitFor(() => bridge.emulator.answerTo(late));
    expect(told.text).toBe("Expired: takopi was restarted.");
    bridge.say("so be it", { replyTo: card.message_id });
    await bridge.botSays(/^Expired: takopi was restarted\. Your message was not passed on\.$/);
    expect(bridge.store().runs.recent(10)).toHaveLength(1);
  });
});
