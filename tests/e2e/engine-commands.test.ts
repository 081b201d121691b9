import { expect, test } from "vitest";
import { buttonsOf, press, setUp } from "../helpers/asking.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { shell } from "../helpers/shell.ts";

test("a command that only the engine has is offered to it, and goes to its session as it is", async () => {
  const bridge = await setUp("pi");
  const first = await bridge.outcomeOf(bridge.say("answer"));
  bridge.say("/fix_all facts", { replyTo: first.message_id });
  const offer = await bridge.botSays(/^I do not know \/fix_all\. .* pi has a command of that name\.$/);
  expect(buttonsOf(offer).map(({ text }) => text)).toEqual(["Send to pi"]);
  await press(bridge, offer, "Send to pi");
  const answer = await bridge.botSays(/^done · pi .*"prompts"/s);
  expect(textOf(answer)).toContain('"prompts":["answer","/fix-all facts"]');
});

test("a command that the engine does not have either is refused without a button, and nothing starts", async () => {
  const bridge = await setUp("pi");
  bridge.say("/nothing at all");
  const refused = await bridge.botSays(/^I do not know \/nothing\./);
  expect(textOf(refused)).not.toContain("pi has");
  expect(buttonsOf(refused)).toEqual([]);
  expect(bridge.store().runs.recent(5)).toEqual([]);
});

test("Try again below a failed command of the engine's own sends the command again, not its text as a prompt", async () => {
  const bridge = await setUp("pi");
  const sent = shell(bridge)("send", "--command", "/facts crash");
  const failed = await bridge.botSays(/^error · pi/);
  expect((await sent).code).toBe(0);
  expect(await press(bridge, failed, "Try again")).toBe("Trying again.");
  await bridge.emulator.waitFor(
    () =>
      bridge.emulator.messages(failed.chat.id).filter((one) => /^error · pi/.test(textOf(one))).length === 2 ||
      undefined,
  );
  const [again, first] = bridge.store().runs.recent(2);
  expect(first?.origin).toEqual({ type: "command" });
  expect(again).toMatchObject({ prompt: "/facts crash", origin: { type: "command", of: first?.id } });
  expect(await press(bridge, failed, "Try again")).toBe("It was tried again already: see below.");
});

test("a headless engine is not asked, and a terminal sends a command only to engines that have some", async () => {
  const bridge = await stage();
  const takopi = shell(bridge);
  const refused = await takopi("send", "--command", "/review it");
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("alpha has no commands of its own.") });
});
