import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { command as chatId } from "../../src/cli/chat-id.ts";
import { startEmulator } from "../../src/playground/emulator.ts";
import { takeLock } from "../../src/store/lock.ts";
import { call, scratchHome } from "./calling.ts";

async function configured() {
  const emulator = await startEmulator({ limits: "off" });
  onTestFinished(() => emulator.close());
  const home = scratchHome();
  const directory = join(home, ".takopi");
  mkdirSync(directory);
  const text = `[transports.telegram]
bot_token = "${emulator.token}" # secret
api_root = "${emulator.url}"
[projects.web]
path = "/web" # the site
`;
  writeFileSync(join(directory, "takopi.toml"), text, { mode: 0o600 });
  const isWaiting = () => emulator.calls("getUpdates").some(({ payload }) => Number(payload["timeout"]) > 0);
  const hears = () => emulator.waitFor(() => isWaiting() || undefined);
  return { emulator, home, directory, hears };
}

test("prints the id of the chat that somebody writes in, and nothing else", async () => {
  const { emulator, home, hears } = await configured();
  const called = call(chatId, home);
  await hears();
  emulator.sendText({ chatId: emulator.groupId, text: "here" });
  expect(await called).toMatchObject({ code: 0, stdout: `${emulator.groupId}\n` });
});

test("with --project it becomes the project's chat, and comments survive", async () => {
  const { emulator, home, directory, hears } = await configured();
  const called = call(chatId, home, "--project", "WEB");
  await hears();
  emulator.sendText({ chatId: emulator.groupId, text: "here" });
  expect((await called).stderr).toContain("Saved as the chat of web in ~/.takopi/takopi.toml.");
  const text = readFileSync(join(directory, "takopi.toml"), "utf8");
  expect(text).toContain(`path = "/web" # the site\nchat_id = ${emulator.groupId}`);
  expect(text).toContain("# secret");
});

test("an unknown project, and a bridge that runs here, are told before anything is waited for", async () => {
  const { home, directory, emulator } = await configured();
  await expect(call(chatId, home, "--project", "api")).rejects.toThrow("register it with `takopi init api` first");
  const lock = takeLock(join(directory, "takopi.lock"));
  onTestFinished(() => lock.release());
  await expect(call(chatId, home)).rejects.toThrow("takopi runs here and takes every message");
  expect(emulator.calls("getUpdates")).toEqual([]);
});
