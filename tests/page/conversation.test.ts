import { expect, test } from "vitest";
import { bubble, eventually, inPage, passedBy, say, useSite } from "./harness.ts";

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
  await passedBy(page, "loud news");

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

test("an answer grows in its place while it is written, can be stopped, and gives way to the message", async () => {
  const { page, api, emulator } = site;
  const growing = page.locator(".stream");
  await api.raw.sendMessageDraft({ chat_id: privateId(), draft_id: 7, text: "Half an", can_stop: true });
  await growing.getByText("Half an").waitFor();
  await api.raw.sendMessageDraft({ chat_id: privateId(), draft_id: 7, text: "Half an answer", can_stop: true });
  await growing.getByText("Half an answer").waitFor();
  await growing.getByRole("button", { name: "Stop" }).click();
  await emulator.waitFor(() => emulator.waitingUpdates() > 0);
  expect(await api.getUpdates()).toMatchObject([{ stopped_message_generation: { draft_id: 7 } }]);
  await api.sendMessage(privateId(), "The whole answer");
  await bubble(page, "The whole answer").waitFor();
  expect(await growing.count()).toBe(0);
});

test("the state of a run is a chip with a sign, its resume line is quiet, and copying keeps the words", async () => {
  const { page, api } = site;
  const resume = "demo --session 0b9f2c1e";
  await api.sendMessage(privateId(), `done · demo · 3s\n\nAll fixed.\n\n${resume}`, {
    entities: [{ type: "code", offset: 30, length: resume.length }],
  });
  const message = bubble(page, "All fixed.");
  expect(await message.locator(".chip-status.done").innerText()).toMatch(/✓\s*done/);
  await message.locator("code.quiet", { hasText: resume }).waitFor();
  await message.hover();
  await message.getByRole("button", { name: "Copy text" }).click();
  await eventually(
    () => page.evaluate("navigator.clipboard.readText()"),
    `done · demo · 3s\n\nAll fixed.\n\n${resume}`,
  );
});

test("the person's last message is edited with the arrow up, and the bot is told", async () => {
  const { page, api } = site;
  await say(page, "fix the tset");
  await bubble(page, "fix the tset").waitFor();
  await page.locator("#input").press("ArrowUp");
  await page.getByText("Edit message").waitFor();
  expect(await page.locator("#input").inputValue()).toBe("fix the tset");
  await say(page, "fix the test");
  await bubble(page, "fix the test").getByText("edited").waitFor();
  const updates = await api.getUpdates();
  expect(updates.at(-1)?.edited_message?.text).toBe("fix the test");
});

test("a message that asks for a reply opens the reply field, unless something is written already", async () => {
  const { page, api } = site;
  const reply_markup = { force_reply: true, inline_keyboard: [[{ text: "Skip", callback_data: "skip" }]] };
  const why = await api.sendMessage(privateId(), "Why not?", { reply_markup });
  await page.locator(".tray-reply", { hasText: "Why not?" }).waitFor();
  // Nothing that is written now may go out as a reply to what is gone.
  await api.deleteMessage(privateId(), why.message_id);
  await page.locator(".tray-reply", { hasText: "Why not?" }).waitFor({ state: "hidden" });
});

test("a badge counts no message that is gone", async () => {
  const { page, api, emulator } = site;
  const chat = page.locator(".chat", { hasText: "General" });
  const first = await api.sendMessage(emulator.groupId, "one");
  await api.sendMessage(emulator.groupId, "two");
  await chat.locator(".badge", { hasText: "2" }).waitFor();
  await api.deleteMessage(emulator.groupId, first.message_id);
  await chat.locator(".badge", { hasText: "1" }).waitFor();
});

test("the end stays in view if a message comes while the page still scrolls to the one before", async () => {
  const { page, emulator } = site;
  emulator.sendBatch(Array.from({ length: 60 }, (_, index) => ({ chatId: privateId(), text: `row ${index}.` })));
  await bubble(page, "row 59.").waitFor();
  const distance = await page.evaluate(`(async () => {
    const [box, list] = ["scroller", "messages"].map((id) => document.getElementById(id));
    const frames = async () => {
      for (let i = 0; i < 3; i++) await new Promise((next) => requestAnimationFrame(next));
    };
    const add = (height) => {
      const row = document.createElement("div");
      row.style.height = height + "px";
      list.append(row);
      return row;
    };
    const before = box.scrollTop;
    const rows = [add(400)];
    while (box.scrollTop === before) await new Promise((next) => setTimeout(next));
    rows.push(add(1200));
    await frames();
    const left = box.scrollHeight - box.scrollTop - box.clientHeight;
    for (const row of rows) row.remove();
    return left;
  })()`);
  expect(distance).toBeLessThan(2);
});

test("scrolling up leaves the messages their width", async () => {
  const { page, emulator } = site;
  emulator.sendBatch(Array.from({ length: 60 }, (_, index) => ({ chatId: privateId(), text: `line ${index}.` })));
  await bubble(page, "line 59.").waitFor();
  const width = () => page.evaluate("document.getElementById('scroller').clientWidth");
  const before = await width();
  await page.evaluate("document.getElementById('scroller').scrollTop = 0");
  await page.locator("#to-end").waitFor();
  expect(await width()).toBe(before);
});

test("the welcome offers four tasks, and is gone once one was given", async () => {
  const { page, emulator } = site;
  const prompts = page.locator("#welcome button");
  await prompts.first().waitFor();
  expect(await prompts.count()).toBe(4);
  await prompts.first().click();
  await page.locator("#welcome").waitFor({ state: "hidden" });
  expect(emulator.messages(privateId()).at(-1)?.text).toBe("fix the failing test");
});

test("a picture is a photo for the bot, and shown as one", async () => {
  const { page, emulator } = site;
  const png = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  );
  await page.locator("#file").setInputFiles({ name: "shot.png", mimeType: "image/png", buffer: png });
  await say(page, "what is wrong here?");
  await page.locator(".photo img").waitFor();
  expect(emulator.messages(privateId()).at(-1)).toMatchObject({ caption: "what is wrong here?", photo: [{}] });
});

test("the bot is seen typing until it speaks", async () => {
  const { page, api } = site;
  await api.sendChatAction(privateId(), "typing");
  await passedBy(page, "typing");
  await api.sendMessage(privateId(), "here");
  await page.locator("#chat-status", { hasText: "typing" }).waitFor({ state: "detached" });
});

test("a message that could not be sent comes back into the input", async () => {
  const { page } = site;
  await page.route("**/page/send", (route) => route.abort());
  await say(page, "precious words");
  await passedBy(page, "does not answer");
  await eventually(() => page.locator("#input").inputValue(), "precious words");
});
