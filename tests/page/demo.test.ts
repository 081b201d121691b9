import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bubble, eventually, say, useSite } from "./harness.ts";

const site = useSite();
const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");

let home: string;
let demo: ChildProcess;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "takopi-page-"));
  writeFileSync(join(home, "README.md"), "# A small place\n");
});

afterEach(async () => {
  if (demo.exitCode === null) {
    demo.kill("SIGTERM");
    await once(demo, "exit");
  }
  rmSync(home, { recursive: true, force: true });
});

/** Starts the whole demo in an empty home and gives the address that it prints. */
async function startDemo(): Promise<string> {
  const env = { PATH: process.env["PATH"], HOME: home, TMPDIR: home };
  const child = spawn(process.execPath, ["--import", TSX, MAIN, "demo"], {
    cwd: home,
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  demo = child;
  for await (const line of createInterface(child.stdout)) {
    const address = /http:\S+/.exec(line)?.[0];
    if (address) return address;
  }
  throw new Error("The demo ended without printing an address.");
}

test("the first prompt of the welcome leads to a card, a written answer, a diff and a quiet resume line", async () => {
  const page = await site.open(await startDemo());
  await page.getByRole("button", { name: "Fix the failing test" }).click();
  await bubble(page, "npm test").getByRole("button", { name: "Allow", exact: true }).click();
  await page.locator(".stream").waitFor();
  const answer = bubble(page, "All 42 tests pass now.").filter({ has: page.locator(".chip-status.done") });
  await answer.locator(".c-added").waitFor();
  await answer.locator("code.quiet").waitFor();
  expect(await page.locator(".stream").count()).toBe(0);
});

test("a question of the demo is answered with a button", async () => {
  const page = await site.open(await startDemo());
  await page.getByRole("button", { name: "Ask me how to continue" }).click();
  await page.getByRole("button", { name: "The quick one", exact: true }).click();
  await bubble(page, "You chose quick").filter({ hasText: "done · demo" }).waitFor();
});

test("a task given to the demo is worked on, answered with a resume line, and continued by a reply", async () => {
  const page = await site.open(await startDemo());
  await say(page, "what is here?");
  // Also the progress message names the file and the session: what is waited for is the answer.
  const answer = bubble(page, "done · demo").filter({ hasText: "README.md begins" });
  expect(await answer.innerText()).toMatch(/demo --session [0-9a-f-]{36}/);
  await page.keyboard.press("Control+ArrowUp");
  await say(page, "and what did I say before?");
  await bubble(page, "Before this you said").filter({ hasText: "what is here?" }).waitFor();
  await eventually(() => bubble(page, "working · demo").count(), 0);
});
