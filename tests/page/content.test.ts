import { expect, test } from "vitest";
import { bubble, eventually, inPage, useSite } from "./harness.ts";

const site = useSite();

const HOSTILE = [
  "<script>window.hacked = 1</script>",
  '<img src=x onerror="window.hacked = 1">',
  "![](https://evil.example/leak.png)",
  "[click](javascript:window.hacked=1)",
  "&lt;b&gt; \u202e reversed",
].join("\n");

/** Drags a file over the chat and lets it go. */
const DROP = `(() => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["dropped"], "drop.txt"));
  for (const type of ["dragover", "drop"]) {
    element.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
  }
})()`;

test("entities are formatted, and a spoiler opens when it is pressed", async () => {
  const { page, api, emulator } = site;
  await api.sendMessage(emulator.privateChatId, "🐙 bold secret", {
    entities: [
      { type: "bold", offset: 3, length: 4 },
      { type: "spoiler", offset: 8, length: 6 },
    ],
  });
  const message = bubble(page, "bold secret");
  await eventually(() => message.locator("strong").allTextContents(), ["bold"]);
  const spoiler = page.getByRole("button", { name: "Hidden text" });
  await spoiler.press("Enter");
  await message.locator(".spoiler.revealed", { hasText: "secret" }).waitFor();
});

test("rich blocks appear as headings, lists, tables, details and code", async () => {
  const { page, api, emulator } = site;
  const cell = { align: "left", valign: "top" } as const;
  await api.sendRichMessage(emulator.privateChatId, {
    blocks: [
      { type: "heading", size: 2, text: "Report" },
      {
        type: "list",
        items: [
          { has_checkbox: true, is_checked: true, blocks: [{ type: "paragraph", text: "tested" }] },
          { has_checkbox: true, blocks: [{ type: "paragraph", text: "released" }] },
        ],
      },
      { type: "table", cells: [[{ ...cell, text: "run", is_header: true }], [{ ...cell, text: "0.9 s" }]] },
      { type: "details", summary: "How", blocks: [{ type: "paragraph", text: "fifty times" }] },
      { type: "pre", language: "ts", text: "const a = 1;" },
      { type: "expandable_blockquote", text: "line\n".repeat(9) },
    ],
  });
  await page.getByRole("heading", { name: "Report" }).waitFor();
  expect(await page.getByRole("checkbox", { checked: true }).count()).toBe(1);
  await page.getByRole("columnheader", { name: "run" }).waitFor();
  const inside = page.locator(".rich p", { hasText: "fifty times" });
  await inside.waitFor({ state: "hidden" });
  await page.locator("summary", { hasText: "How" }).click();
  await inside.waitFor();
  const quote = page.locator(".quote");
  const heightBefore = (await quote.boundingBox())?.height ?? 0;
  await page.getByRole("button", { name: "Show the whole quote" }).click();
  expect((await quote.boundingBox())?.height).toBeGreaterThan(heightBefore * 2);
});

test("hostile texts stay text: in messages, captions, quotes, names and buttons", async () => {
  const { page, api, emulator } = site;
  const { privateChatId: chatId } = emulator;
  emulator.sendText({ chatId, text: HOSTILE });
  emulator.sendDocument({
    chatId,
    caption: HOSTILE,
    document: { name: "<img src=x>.html", mimeType: "text/html", data: Buffer.from("x") },
  });
  const target = await api.sendMessage(chatId, HOSTILE, {
    entities: [{ type: "pre", offset: 0, length: HOSTILE.length }],
  });
  await api.sendMessage(chatId, "the end", {
    reply_parameters: { message_id: target.message_id },
    reply_markup: { inline_keyboard: [[{ text: "<b>press</b>", callback_data: "<x>" }]] },
  });
  await api.sendRichMessage(chatId, { blocks: [{ type: "paragraph", text: HOSTILE }] });
  await page.getByRole("button", { name: "<b>press</b>" }).waitFor();
  await eventually(() => bubble(page, "<script>").count(), 5);
  expect(await page.locator("#messages").locator("script, img, iframe, object, embed, style").count()).toBe(0);
  expect(await page.locator("a[href^='javascript:']").count()).toBe(0);
  expect(await page.evaluate("window.hacked")).toBeUndefined();
});

test("a bot's message is shown whole and soon, even with 60,000 characters", async () => {
  const { page, emulator } = site;
  emulator.sendBatch(
    Array.from({ length: 15 }, (_, index) => ({
      chatId: emulator.privateChatId,
      text: `${index} ${"word ".repeat(800)}`,
    })),
  );
  await eventually(() => page.locator(".bubble").count(), 15);
});

test("files go up by button and by drop, come down with their name, and show their size", async () => {
  const { page, emulator } = site;
  await page
    .locator("#file")
    .setInputFiles({ name: "notes.md", mimeType: "text/markdown", buffer: Buffer.from("# hi") });
  await page.locator(".chip", { hasText: "notes.md" }).waitFor();
  await page.locator("#conversation").evaluate(inPage(DROP));
  await page.getByRole("button", { name: "Remove drop.txt" }).click();
  await page.locator("#input").fill("please read");
  await page.locator("#input").press("Enter");
  const sent = bubble(page, "notes.md");
  await sent.getByText("please read").waitFor();
  await sent.getByText("4 B").waitFor();
  expect(emulator.messages(emulator.privateChatId).at(-1)).toMatchObject({ caption: "please read" });
  const [download] = await Promise.all([page.waitForEvent("download"), sent.getByRole("link").click()]);
  expect(download.suggestedFilename()).toBe("notes.md");
});
