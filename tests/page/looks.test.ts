import { expect, test } from "vitest";
import { bubble, eventually, passedBy, useSite } from "./harness.ts";

const site = useSite({ viewport: { width: 360, height: 640 }, colorScheme: "light" });

test("a phone shows the welcome, then the chats, then one conversation, and never scrolls sideways", async () => {
  const { page, api, emulator } = site;
  await page.locator("#welcome").waitFor();
  await page.getByRole("button", { name: "Back to the chats" }).click();
  await page.locator("#conversation").waitFor({ state: "hidden" });
  const cells = [
    Array.from({ length: 12 }, (_, index) => ({ text: `column ${index}`, align: "left", valign: "top" }) as const),
  ];
  await api.sendRichMessage(emulator.privateChatId, {
    blocks: [
      { type: "table", cells },
      { type: "pre", text: "x".repeat(300) },
      { type: "paragraph", text: "y".repeat(300) },
    ],
  });
  const chat = page.locator(".chat").first();
  await chat.locator(".badge").waitFor();
  await chat.click();
  await bubble(page, "column").waitFor();
  await page.locator("#sidebar").waitFor({ state: "hidden" });
  expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  expect(
    await page.evaluate(
      "(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)(document.getElementById('scroller'))",
    ),
  ).toBe(true);
  await page.getByRole("button", { name: "Back to the chats" }).click();
  await page.locator("#sidebar").waitFor();
});

test("colours follow the system until the switch says otherwise, and the choice is kept", async () => {
  const { page } = site;
  const back = page.getByRole("button", { name: "Back to the chats" });
  await back.click();
  const isDark = () => page.evaluate("getComputedStyle(document.body).color.match(/\\d+/)[0] > 128");
  expect(await isDark()).toBe(false);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await isDark()).toBe(true);
  await page.getByRole("button", { name: "Theme: system" }).click();
  await page.getByRole("button", { name: "Theme: light" }).waitFor();
  expect(await isDark()).toBe(false);
  await page.reload();
  await back.click();
  await page.getByRole("button", { name: "Theme: light" }).waitFor();
  expect(await isDark()).toBe(false);
});

test("nothing moves for people who asked for no motion", async () => {
  const { page, api, emulator } = site;
  await page.emulateMedia({ reducedMotion: "reduce" });
  await api.sendMessage(emulator.groupId, "elsewhere");
  await passedBy(page, "elsewhere");
  await eventually(() => page.evaluate("document.getAnimations().length"), 0);
});
