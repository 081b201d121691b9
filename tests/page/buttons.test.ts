import { expect, test } from "vitest";
import { bubble, eventually, inPage, passedBy, useSite } from "./harness.ts";

const site = useSite();

test("a press waits for the bot, whose answer is a note or an alert", async () => {
  const { page, api, emulator } = site;
  const keyboard = [[{ text: "Stop", callback_data: "stop", style: "danger" as const }]];
  const message = await api.sendMessage(emulator.privateChatId, "working", {
    reply_markup: { inline_keyboard: keyboard },
  });
  const stop = page.getByRole("button", { name: "Stop" });
  const answerNext = async (offset: number, text: string, show_alert: boolean): Promise<number> => {
    await stop.click();
    await page.locator(".key[aria-busy=true]").waitFor();
    const [update] = await api.getUpdates({ offset, timeout: 5 });
    expect(update?.callback_query?.data).toBe("stop");
    await api.answerCallbackQuery(update?.callback_query?.id ?? "", { text, show_alert });
    await page.locator(".key[aria-busy=true]").waitFor({ state: "detached" });
    return (update?.update_id ?? 0) + 1;
  };
  const next = await answerNext(0, "Stopping…", false);
  await passedBy(page, "Stopping…");
  await answerNext(next, "Nothing was running.", true);
  await page.getByRole("dialog").getByText("Nothing was running.").waitFor();
  await page.getByRole("button", { name: "OK" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });

  await stop.focus();
  await api.editMessageText(emulator.privateChatId, message.message_id, "still working", {
    reply_markup: { inline_keyboard: keyboard },
  });
  await bubble(page, "still working").waitFor();
  expect(await stop.evaluate(inPage("element === document.activeElement"))).toBe(true);
  await api.editMessageText(emulator.privateChatId, message.message_id, "done");
  await stop.waitFor({ state: "detached" });
});

test("copy buttons fill the clipboard, links open aside, and nothing else is pressable", async () => {
  const { page, api, emulator } = site;
  await api.sendMessage(emulator.privateChatId, "buttons", {
    reply_markup: {
      inline_keyboard: [
        [
          { text: "Copy resume", copy_text: { text: "codex resume 42" } },
          { text: "Issue", url: "https://example.com/1" },
        ],
      ],
    },
  });
  await page.getByRole("button", { name: "Copy resume" }).click();
  await passedBy(page, "Copied");
  expect(await page.evaluate("navigator.clipboard.readText()")).toBe("codex resume 42");
  const link = page.getByRole("link", { name: "Issue" });
  expect([await link.getAttribute("href"), await link.getAttribute("rel"), await link.getAttribute("target")]).toEqual([
    "https://example.com/1",
    "noopener noreferrer",
    "_blank",
  ]);
});

test("code and whole messages can be copied", async () => {
  const { page, api, emulator } = site;
  const text = "run this:\nnpm test -- --watch";
  await api.sendMessage(emulator.privateChatId, text, {
    entities: [{ type: "pre", offset: 10, length: 19, language: "sh" }],
  });
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await eventually(() => page.evaluate("navigator.clipboard.readText()"), "npm test -- --watch");
  await bubble(page, "run this").hover();
  await page.getByRole("button", { name: "Copy text" }).click();
  await eventually(() => page.evaluate("navigator.clipboard.readText()"), text);
});
