import { join } from "node:path";
import { expect, test } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import { takeLock } from "../../src/store/lock.ts";
import { shorten } from "../helpers/bounds.ts";
import { stage, textOf } from "../helpers/bridge.ts";

test("two bridges with one token say so in the chat, each once, and tasks are answered", async () => {
  shorten(BOUNDS.telegram, { giveWayMs: 50 });
  const first = await stage();
  const { emulator } = first;
  await stage({ beside: first });
  const told = () =>
    emulator
      .messages(emulator.privateChatId)
      .filter((one) => /^Another program polls this bot's token/.test(textOf(one)));
  await emulator.waitFor(() => told().length === 2);
  const id = first.say("answer one\ndone");
  expect(textOf(await first.outcomeOf(id))).toContain("one");
  expect(told()).toHaveLength(2);
});

test("the second bridge over one config does not start, and names the first", async () => {
  const { directory, say, outcomeOf } = await stage();
  expect(() => takeLock(join(directory, "takopi.lock"))).toThrow(`already running here (pid ${process.pid}`);
  expect(textOf(await outcomeOf(say("answer one\ndone")))).toContain("one");
});
