import { expect, test } from "vitest";
import { bubble, eventually, inPage, say, useSite } from "./harness.ts";

const site = useSite();

const privateId = () => site.emulator.privateChatId;

test("a message goes out, and the bot's answer is edited in its place while one looks", async () => {
  const { page, api } = site;
  await say(page, "fix the tests");
  await bubble(page, "fix the tests").waitFor();
  const sent = site.emulator.messages(privateId()).at(-1);
  expect([sent?.text, await page.locator("#input").inputValue()]).toEqual(["fix the tests", ""]);

  const progress = await api.sendMessage(privateId(), "working · 1s");
  await bubble(page, "working · 1s").waitFor();
  const row = await page.locator(`[data-message="${progress.message_id}"]`).elementHandle();
  await api.editMessageText(privateId(), progress.message_id, "working · 2s");
  await bubble(page, "working · 2s").waitFor();
  expect(await row?.evaluate(inPage("element.isConnected && element.textContent.includes('2s')"))).toBe(true);

  await api.sendMessage(privateId(), "done");
  await api.deleteMessage(privateId(), progress.message_id);
  await bubble(page, "done").waitFor();
  await bubble(page, "working").waitFor({ state: "detached" });
});

test("Shift+Enter makes a new line instead of sending", async () => {
  const { page } = site;
  await page.locator("#input").pressSequentially("one");
  await page.locator("#input").press("Shift+Enter");
  await page.locator("#input").pressSequentially("two");
  expect(await page.locator("#input").inputValue()).toBe("one\ntwo");
  await page.locator("#send").click();
  await bubble(page, "two").waitFor();
  expect(site.emulator.messages(privateId()).at(-1)?.text).toBe("one\ntwo");
});

test("a reply is chosen with the button, shown above the input, taken back with Escape, and quoted", async () => {
  const { page, api } = site;
  const question = await api.sendMessage(privateId(), "Which branch?");
  const reply = bubble(page, "Which branch?").getByRole("button", { name: "Reply" });
  await reply.click();
  await page.getByText("Reply to").waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("Reply to").waitFor({ state: "detached" });
  await reply.click();
  await say(page, "main");
  await bubble(page, "main").locator(".reply", { hasText: "Which branch?" }).waitFor();
  expect(site.emulator.messages(privateId()).at(-1)?.reply_to_message?.message_id).toBe(question.message_id);
});

test("pressing a quote leads to the quoted message, however far back it is", async () => {
  const { api } = site;
  const first = await api.sendMessage(privateId(), "the very first");
  for (let index = 0; index < 200; index++) {
    site.emulator.sendText({ chatId: privateId(), text: `filler ${index}` });
  }
  await api.sendMessage(privateId(), "an answer", { reply_parameters: { message_id: first.message_id } });
  const reloaded = await site.open();
  await bubble(reloaded, "an answer").waitFor();
  expect(await reloaded.locator(".bubble").count()).toBeLessThan(200);
  await bubble(reloaded, "an answer").locator(".reply").click();
  const target = reloaded.locator(`[data-message="${first.message_id}"] .bubble`);
  await target.waitFor();
  const box = "element.getBoundingClientRect()";
  await eventually(() => target.evaluate(inPage(`${box}.top >= 0 && ${box}.bottom <= innerHeight`)), true);
});

test("topics are conversations of their own, with unread counts and drafts", async () => {
  const { page, api } = site;
  const [topic] = site.emulator.topicIds;
  const chat = page.locator(".chat", { hasText: "backend" });
  await page.locator("#input").fill("half a thought");
  const thread = topic === undefined ? {} : { message_thread_id: topic };
  await api.sendMessage(site.emulator.groupId, "quiet news", { ...thread, disable_notification: true });
  await chat.locator(".badge.quiet", { hasText: "1" }).waitFor();
  await api.sendMessage(site.emulator.groupId, "loud news", thread);
  await chat.locator(".badge:not(.quiet)", { hasText: "2" }).waitFor();
  await page.locator(".toast", { hasText: "loud news" }).waitFor();

  await chat.click();
  await bubble(page, "loud news").waitFor();
  await bubble(page, "quiet news").locator(".silent").waitFor();
  expect([await chat.locator(".badge").count(), await page.locator("#input").inputValue()]).toEqual([0, ""]);
  await say(page, "in the topic");
  await bubble(page, "in the topic").waitFor();
  expect(site.emulator.messages(site.emulator.groupId).at(-1)).toMatchObject({ text: "in the topic", ...thread });

  await page.keyboard.press("Alt+ArrowUp");
  await page.keyboard.press("Alt+ArrowUp");
  await eventually(() => page.locator("#input").inputValue(), "half a thought");
});

test("the bot is seen typing until it speaks", async () => {
  const { page, api } = site;
  await api.sendChatAction(privateId(), "typing");
  await page.locator("#chat-status", { hasText: "typing" }).waitFor();
  await api.sendMessage(privateId(), "here");
  await page.locator("#chat-status", { hasText: "typing" }).waitFor({ state: "detached" });
});

test("a message that could not be sent comes back into the input", async () => {
  const { page } = site;
  await page.route("**/page/send", (route) => route.abort());
  await say(page, "precious words");
  await page.locator(".toast", { hasText: "does not answer" }).waitFor();
  await eventually(() => page.locator("#input").inputValue(), "precious words");
});
