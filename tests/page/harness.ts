import { Api } from "grammy";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { type Emulator, startEmulator } from "../../src/playground/emulator.ts";

/** Only a bound: nothing here waits longer than it must, but Chromium beside other work can be slow. */
const TIMEOUT_MS = Number(process.env["PAGE_TIMEOUT_MS"] ?? 300_000);

vi.setConfig({ testTimeout: TIMEOUT_MS, hookTimeout: TIMEOUT_MS });

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Site {
  readonly emulator: Emulator;
  /** The bot's client. */
  readonly api: Api;
  /** The chat page, opened and connected. */
  readonly page: Page;
  /** Opens the page once more, beside the first. */
  open(url?: string): Promise<Page>;
  /** Another emulator in the place of the one that was closed. */
  replace(emulator: Emulator): void;
}

/** An emulator for each test with the page open on it; a test fails if the page reported an error. */
export function useSite(options: BrowserContextOptions = {}): Site {
  const site = {} as { -readonly [K in keyof Site]: Site[K] };
  const faults: string[] = [];
  let browser: Browser;
  let context: BrowserContext;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: FLAGS });
    context = await browser.newContext({ ...options, permissions: ["clipboard-read", "clipboard-write"] });
    // Shorter than a test's time, so that the error names what was waited for.
    context.setDefaultTimeout(TIMEOUT_MS / 2);
    await context.addInitScript(recordPassing);
    context.on("weberror", (fault) => faults.push(fault.error().message));
    context.on("console", (line) => {
      if (line.type() === "error" && !line.text().startsWith("Failed to load resource")) faults.push(line.text());
    });
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    faults.length = 0;
    site.replace = (emulator) => {
      site.emulator = emulator;
      site.api = new Api(emulator.token, { apiRoot: emulator.url });
    };
    site.replace(await startEmulator({ limits: "off" }));
    site.open = async (url = site.emulator.pageUrl) => {
      const page = await context.newPage();
      await page.goto(url, { waitUntil: "commit" });
      await page.locator(".chat").first().waitFor({ state: "attached" });
      return page;
    };
    site.page = await site.open();
  });
  afterEach(async () => {
    await Promise.all(context.pages().map((page) => page.close()));
    await site.emulator.close();
    expect(faults).toEqual([]);
  });
  return site;
}

/** Runs in the page: keeps each text of the places whose texts go by themselves. */
const recordPassing = `
  const passed = (globalThis.passedBy = []);
  new MutationObserver(() => {
    for (const place of document.querySelectorAll(".toast, #chat-status")) passed.push(place.textContent);
  }).observe(document, { childList: true, characterData: true, subtree: true });`;

/** Waits until a toast or the chat's status has said `text`, even if it is gone already. */
export async function passedBy(page: Page, text: string): Promise<void> {
  await page.waitForFunction(`passedBy.some((one) => one.includes(${JSON.stringify(text)}))`);
}

/** Bubbles whose text contains `text`. */
export const bubble = (page: Page, text: string): Locator => page.locator(".bubble", { hasText: text });

/** Writes into the composer and sends it with Enter. */
export async function say(page: Page, text: string): Promise<void> {
  await page.locator("#input").fill(text);
  await page.locator("#input").press("Enter");
}

/** A function for the browser, given as text since the tests are compiled without the DOM's types. */
export const inPage = <T>(expression: string) =>
  new Function("element", `return ${expression}`) as (element: unknown) => T;

/** Waits until `read` gives `wanted`. */
export async function eventually<T>(read: () => T | Promise<T>, wanted: T): Promise<void> {
  await expect.poll(read, { timeout: TIMEOUT_MS / 2, interval: 50 }).toEqual(wanted);
}
