import { expect, test } from "vitest";
import { bubble, eventually, inPage, say, useSite } from "./harness.ts";

const site = useSite();

test("the command menu is walked with the arrows; Tab completes, Enter sends, Escape closes", async () => {
  const { page, api, emulator } = site;
  await api.setMyCommands([
    { command: "agent", description: "choose the engine" },
    { command: "cancel", description: "stop the run" },
  ]);
  const options = page.getByRole("option");
  const last = () => emulator.messages(emulator.privateChatId).at(-1)?.text;
  await page.locator("#input").pressSequentially("/");
  await eventually(() => options.count(), 2);
  await page.keyboard.press("ArrowDown");
  expect(await page.getByRole("option", { selected: true }).textContent()).toContain("/cancel");
  await page.keyboard.press("Enter");
  await eventually(last, "/cancel");
  expect(await page.locator("#input").inputValue()).toBe("");

  await page.keyboard.type("/a");
  await eventually(() => options.count(), 1);
  await page.keyboard.press("Tab");
  expect(await page.locator("#input").inputValue()).toBe("/agent ");
  await page.keyboard.type("set codex");
  await page.keyboard.press("Enter");
  await eventually(last, "/agent set codex");

  await page.keyboard.type("/");
  await eventually(() => options.count(), 2);
  await page.keyboard.press("Escape");
  await eventually(() => page.locator("#commands").isVisible(), false);
});

test("a command that is picked takes its reply along, and the next message has none", async () => {
  const { page, api, emulator } = site;
  const last = () => emulator.messages(emulator.privateChatId).at(-1);
  await api.setMyCommands([{ command: "cancel", description: "stop the run" }]);
  const progress = await api.sendMessage(emulator.privateChatId, "working");
  await bubble(page, "working").waitFor();
  await page.locator("#input").focus();
  await page.keyboard.press("Control+ArrowUp");
  await page.keyboard.type("/ca");
  await page.getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
  await eventually(() => last()?.text, "/cancel");
  expect(last()?.reply_to_message?.message_id).toBe(progress.message_id);
  await say(page, "next");
  await eventually(() => last()?.text, "next");
  expect(last()).not.toHaveProperty("reply_to_message");
});

test("a chat has the commands of its own scope", async () => {
  const { page, api, emulator } = site;
  const scope = { type: "chat", chat_id: emulator.privateChatId } as const;
  await api.setMyCommands([{ command: "everywhere", description: "for all" }]);
  await api.setMyCommands([{ command: "here", description: "for this chat" }], { scope });
  await page.locator("#input").pressSequentially("/");
  await eventually(() => page.getByRole("option").allTextContents(), ["/herefor this chat"]);
});

test("between the messages and the input lie no tab stops but buttons of the bot", async () => {
  const { page, api, emulator } = site;
  await api.sendMessage(emulator.privateChatId, "npm test", {
    entities: [{ type: "pre", offset: 0, length: 8, language: "sh" }],
  });
  await bubble(page, "npm test").waitFor();
  await page.locator("#scroller").focus();
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.id")).not.toBe("scroller");
  expect(await page.evaluate("document.activeElement.closest('#scroller #messages')")).toBe(null);
});

test("a whole conversation needs no mouse", async () => {
  const { page, api, emulator } = site;
  await api.sendMessage(emulator.privateChatId, "first");
  await api.sendMessage(emulator.privateChatId, "second", {
    reply_markup: { inline_keyboard: [[{ text: "Yes", callback_data: "yes" }]] },
  });
  await bubble(page, "second").waitFor();

  await page.locator("#input").focus();
  await page.keyboard.press("Control+ArrowUp");
  await page.keyboard.press("Control+ArrowUp");
  await page.locator(".tray-reply", { hasText: "first" }).waitFor();
  await page.keyboard.press("Escape");

  await page.locator("#scroller").focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("r");
  await page.locator(".tray-reply", { hasText: "first" }).waitFor();
  expect(await page.locator("#input").evaluate(inPage("element === document.activeElement"))).toBe(true);
  await page.keyboard.type("answer");
  await page.keyboard.press("Enter");
  await bubble(page, "answer").waitFor();

  await page.locator("#scroller").focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Yes");
  await page.keyboard.press("Enter");
  await page.locator(".key[aria-busy=true]").waitFor();
});

test("new messages are announced to screen readers", async () => {
  const { page, api, emulator } = site;
  await api.sendMessage(emulator.privateChatId, "listen");
  await page.locator("[aria-live=polite]", { hasText: "listen" }).waitFor({ state: "attached" });
  await say(page, "I heard");
  await bubble(page, "I heard").waitFor();
  expect(await page.locator("#announcer").textContent()).not.toContain("I heard");
});
