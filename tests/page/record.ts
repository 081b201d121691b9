/**
 * Records the pictures of README and tutorial: a visitor's first seconds in the playground, as the built program shows
 * them. `npm run record`; needs Chromium and Debian's `webp` (for `img2webp`).
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ASSETS = join(ROOT, "docs/assets");
const TARGET = join(ASSETS, "playground.webp");
const SIZE = { width: 840, height: 780 };
const FRAME_MS = 90;
/** No picture stands longer than this, however long the machine took, unless it is to be read. */
const LONGEST_MS = 700;
const READ_MS = 2500;
const MAX_BYTES = 1_500_000;

interface Frame {
  readonly file: string;
  durationMs: number;
}

/** Takes a picture of the page again and again; equal ones in a row are one frame. */
class Camera {
  readonly frames: Frame[] = [];
  readonly #page: Page;
  readonly #folder: string;
  #last: Buffer | undefined;
  #isOn = true;
  #running: Promise<void> | undefined;

  constructor(page: Page, folder: string) {
    this.#page = page;
    this.#folder = folder;
  }

  start(): void {
    this.#running = this.#roll();
  }

  async stop(): Promise<void> {
    this.#isOn = false;
    await this.#running;
  }

  /** Lets the last picture stand for so long. */
  hold(ms: number): void {
    const last = this.frames.at(-1);
    if (last) last.durationMs = ms;
  }

  async #roll(): Promise<void> {
    while (this.#isOn) {
      const began = performance.now();
      await this.#take();
      await sleep(Math.max(0, FRAME_MS - (performance.now() - began)));
    }
  }

  async #take(): Promise<void> {
    const picture = await this.#page.screenshot({ animations: "allow" });
    const last = this.frames.at(-1);
    if (last && this.#last?.equals(picture)) {
      last.durationMs = Math.max(last.durationMs, Math.min(LONGEST_MS, last.durationMs + FRAME_MS));
      return;
    }
    const file = join(this.#folder, `${String(this.frames.length).padStart(4, "0")}.png`);
    writeFileSync(file, picture);
    this.frames.push({ file, durationMs: FRAME_MS });
    this.#last = picture;
  }
}

function furnish(home: string): string {
  const shop = join(home, "webshop");
  mkdirSync(join(shop, "src"), { recursive: true });
  writeFileSync(join(shop, "README.md"), "# Web shop\n\nA small shop.\n");
  writeFileSync(join(shop, "package.json"), '{ "name": "webshop", "scripts": { "test": "node --test" } }\n');
  return shop;
}

async function startDemo(home: string): Promise<{ readonly demo: ChildProcess; readonly address: string }> {
  const env = { PATH: process.env["PATH"], HOME: home, TMPDIR: home };
  const cwd = furnish(home);
  const demo = spawn(process.execPath, [join(ROOT, "dist/main.js"), "demo"], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  for await (const line of createInterface(demo.stdout)) {
    const address = /http:\S+/.exec(line)?.[0];
    if (address) return { demo, address };
  }
  throw new Error("The demo ended without printing an address.");
}

/** What the visitor does; see docs/explanation/playground.md. */
async function visit(page: Page, camera: Camera): Promise<void> {
  const prompt = page.getByRole("button", { name: "Fix the failing test" });
  await prompt.waitFor();
  camera.start();
  await sleep(1200);
  await prompt.hover();
  await sleep(500);
  camera.hold(READ_MS / 2);
  await prompt.click();
  const allow = page.getByRole("button", { name: "Allow", exact: true });
  await allow.waitFor();
  await sleep(600);
  await still(page, "question");
  camera.hold(READ_MS);
  await allow.click();
  await page.locator(".chip-status.done").waitFor();
  await sleep(1200);
  await camera.stop();
  camera.hold(READ_MS * 1.6);
  await still(page, "answer");
}

/** A picture for the tutorial. */
async function still(page: Page, name: string): Promise<void> {
  const file = join(tmpdir(), `${name}.png`);
  await page.screenshot({ path: file });
  execFileSync("img2webp", ["-lossy", "-q", "80", "-m", "6", file, "-o", join(ASSETS, `${name}.webp`)]);
  rmSync(file);
}

async function record(): Promise<void> {
  mkdirSync(ASSETS, { recursive: true });
  const home = mkdtempSync(join(tmpdir(), "shop-"));
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
  });
  const { demo, address } = await startDemo(home);
  try {
    const page = await browser.newPage({ viewport: SIZE, colorScheme: "light" });
    await page.goto(address);
    const camera = new Camera(page, home);
    await visit(page, camera);
    const pictures = camera.frames.flatMap(({ file, durationMs }) => ["-d", `${Math.round(durationMs)}`, file]);
    execFileSync("img2webp", ["-loop", "0", "-min_size", "-lossy", "-q", "72", "-m", "4", ...pictures, "-o", TARGET]);
    const { size } = statSync(TARGET);
    const totalMs = camera.frames.reduce((sum, { durationMs }) => sum + durationMs, 0);
    process.stdout.write(`${TARGET}: ${camera.frames.length} pictures, ${totalMs} ms, ${size} bytes\n`);
    if (size > MAX_BYTES) throw new Error(`The picture has ${size} bytes; at most ${MAX_BYTES} are wanted.`);
    await page.screenshot({ path: join(home, "last.png") });
  } finally {
    demo.kill("SIGTERM");
    await once(demo, "exit");
    await browser.close();
    rmSync(home, { recursive: true, force: true });
  }
}

await record();
