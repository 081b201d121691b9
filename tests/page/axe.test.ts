import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { bubble, type Site, useSite } from "./harness.ts";
import { showEverything } from "./showcase.ts";

const site = useSite({ viewport: { width: 1280, height: 900 } });
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TARGETS = "a, button, input, textarea, summary, [role=button], [tabindex='0']:not(section):not(.table)";

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations: found } = await page.evaluate<AxeResults>("axe.run({ resultTypes: ['violations'] })");
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

async function open({ page, emulator }: Site): Promise<void> {
  await showEverything(site);
  await bubble(page, "the very last").waitFor();
  expect(emulator.messages(emulator.privateChatId).length).toBeGreaterThan(5);
}

test.each(["light", "dark"] as const)("nothing is hard to perceive or reach in the %s theme", async (colorScheme) => {
  const { page } = site;
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.locator("#welcome").waitFor();
  expect(await violations(page)).toEqual([]);
  await open(site);
  await page.locator("math").first().waitFor({ state: "attached" });
  await page.locator("#input").pressSequentially("/");
  await page.getByRole("option").first().waitFor();
  expect(await violations(page)).toEqual([]);
});

test("on a phone whatever is touched is 44 px, unless it lies in a line of text", async () => {
  const { page } = site;
  await page.setViewportSize({ width: 360, height: 700 });
  await page.locator(".chat").first().click();
  await open(site);
  const small = await page.evaluate(`[...document.querySelectorAll(${JSON.stringify(TARGETS)})].flatMap((element) => {
    const { width, height } = element.getBoundingClientRect();
    const inLine = getComputedStyle(element).display === "inline" || element.matches(".key.link");
    return width === 0 || inLine || (Math.round(width) >= 44 && Math.round(height) >= 44) ? [] : [element.outerHTML.slice(0, 120) + width + "x" + height];
  })`);
  expect(small).toEqual([]);
});
