import { expect, test } from "vitest";
import type { Schedule } from "../../src/domain/schedule.ts";
import { stage, textOf } from "../helpers/bridge.ts";

test("what is due runs in its chat, says which schedule it is, and can be replied to", async () => {
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
  const [first, second] = [textOf(outcome), textOf(await outcomeOf(reply))].map(
    (text) => /resume (\S+)/.exec(text)?.[1],
  );
  expect(second).toBe(first);
});
