import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { parseToml } from "../../src/config/toml.ts";
import { type Emulator, startEmulator } from "../../src/playground/emulator.ts";
import { textOf } from "../helpers/told.ts";
import { scratchHome } from "./calling.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const ENTER = "\r";
const CTRL_C = "\u0003";
const WAIT_MS = 30_000;

/** The built program at a terminal of its own, which `script` of util-linux makes, in a repository. */
async function terminal(...argv: string[]) {
  const emulator = await startEmulator({ limits: "off" });
  const home = scratchHome();
  const cwd = join(home, "web");
  mkdirSync(cwd);
  execFileSync("git", ["init", "-q", "-b", "main"], { cwd });
  const line = ["stty cols 200;", "exec", process.execPath, join(root, "dist/main.js"), ...argv].join(" ");
  const child = spawn("script", ["-q", "-e", "-c", line, "/dev/null"], {
    cwd,
    env: {
      ...{ PATH: process.env["PATH"], HOME: home, TERM: "xterm", SHELL: "/bin/sh" },
      TAKOPI__TRANSPORTS__TELEGRAM__API_ROOT: emulator.url,
      TAKOPI__PI__CMD: join(root, "fixtures/children/answers-at-once.sh"),
      TAKOPI__DEFAULT_ENGINE: "pi",
    },
  });
  let shown = "";
  let wake = () => {};
  child.stdout.on("data", (chunk: Buffer) => {
    shown += String(chunk);
    wake();
  });
  const ended = new Promise<number | null>((done) => child.on("close", done));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
    await emulator.close();
  });
  let read = 0;
  /** Waits for a text that was not waited for before. */
  const sees = async (text: string) => {
    const timer = setTimeout(() => wake(), WAIT_MS);
    const until = performance.now() + WAIT_MS;
    while (!shown.includes(text, read)) {
      if (performance.now() > until) throw new Error(`"${text}" was not shown after: ${shown.slice(read)}`);
      await new Promise<void>((done) => {
        wake = done;
      });
    }
    clearTimeout(timer);
    read = shown.indexOf(text, read) + text.length;
  };
  const types = (keys: string) => void child.stdin.write(keys);
  return { emulator, home, sees, types, ended, shown: () => shown };
}

const says = (emulator: Emulator, text: string) =>
  emulator.sendText({ chatId: emulator.privateChatId, text }).message_id;

/** Each question, and what is typed at it. */
const questions = (emulator: Emulator): [question: string, keys: string][] => [
  ["The bot's token", `${emulator.token}${ENTER}`],
  ["Is that you?", ENTER],
  ["Who may use the bot?", ENTER],
  ["message without a reply", ENTER],
  ["ask in the chat", `n`],
  ["as a project?", ENTER],
  ["Its name in the chat", ENTER],
  ["Start the bot?", ENTER],
];

test("from nothing to the first answer in less than three minutes", async () => {
  const startedAt = performance.now();
  const { emulator, home, sees, types, ended, shown } = await terminal();
  says(emulator, "hi");
  for (const [question, keys] of questions(emulator)) {
    await sees(question);
    types(keys);
  }
  await sees("bridge.ready");
  const id = says(emulator, "the first task");
  const answer = await emulator.waitFor(
    () =>
      emulator
        .messages(emulator.privateChatId)
        .find((one) => one.reply_to_message?.message_id === id && /^done/.test(textOf(one))),
    WAIT_MS,
  );
  expect(textOf(answer)).toContain("done · pi");
  const tookMs = performance.now() - startedAt;
  console.info(`from nothing to the first answer: ${(tookMs / 1000).toFixed(1)} s`);
  expect(tookMs).toBeLessThan(180_000);
  expect(shown()).not.toContain(emulator.token);
  const table = parseToml(readFileSync(join(home, ".takopi/takopi.toml"), "utf8"), "");
  expect(table).toMatchObject({ projects: { web: { path: join(home, "web") } }, default_project: "web" });
  types(CTRL_C);
  expect(await ended).toBe(130);
});

test.each([0, 1, 2, 3, 4, 5, 6])("Ctrl-C at question %i writes nothing and ends with 130", async (count) => {
  const { emulator, home, sees, types, ended } = await terminal("setup");
  says(emulator, "hi");
  for (const [question, keys] of questions(emulator).slice(0, count)) {
    await sees(question);
    types(keys);
  }
  await sees(questions(emulator)[count]?.[0] ?? "");
  types(CTRL_C);
  await sees("Nothing was written");
  expect(await ended).toBe(130);
  expect(existsSync(join(home, ".takopi"))).toBe(false);
});

test("Ctrl-C at the last question keeps the config, and says how to start", async () => {
  const { emulator, home, sees, types, ended } = await terminal("setup");
  says(emulator, "hi");
  for (const [question, keys] of questions(emulator).slice(0, -1)) {
    await sees(question);
    types(keys);
  }
  await sees("Start the bot?");
  types(CTRL_C);
  await sees("Start it with `takopi`");
  expect(await ended).toBe(0);
  expect(existsSync(join(home, ".takopi/takopi.toml"))).toBe(true);
});

test("Ctrl-C while it waits for a message writes nothing either", async () => {
  const { emulator, home, sees, types, ended } = await terminal("setup");
  await sees("The bot's token");
  types(`${emulator.token}${ENTER}`);
  await sees("Now send your bot any message");
  types(CTRL_C);
  await sees("Nothing was written");
  expect(await ended).toBe(130);
  expect(existsSync(join(home, ".takopi"))).toBe(false);
});
