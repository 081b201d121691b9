import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { runBridge } from "../../src/app.ts";
import { loadConfig } from "../../src/config/load.ts";
import { openStore } from "../../src/store/store.ts";
import { checkTelegram } from "../../src/telegram/check.ts";
import { recordingLog } from "../engine/toy.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";

const TOKEN = "7000000001:silent-silent-silent-silent-silent0";

/** A server that takes every call, and answers those alone that `answers` has. */
async function listen(answers: Readonly<Record<string, unknown>> = {}) {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const method = request.url?.split("/").at(-1) ?? "";
    asked.push(method);
    if (method in answers) response.end(JSON.stringify({ ok: true, result: answers[method] }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const connections = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections };
}

const me = { id: 7_000_000_001, is_bot: true, first_name: "Silent", username: "silent_bot" };

test.each([
  ["getMe", {}],
  ["editMessageText", { getMe: me }],
  ["getUpdates", { getMe: me, editMessageText: true }],
])("SIGTERM ends the bridge within 10 s, with its connections, if %s is never answered", async (silent, answers) => {
  const { url, asked, connections } = await listen(answers);
  const directory = mkdtempSync(join(tmpdir(), "takopi-silent-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const table = `[transports.telegram]\nbot_token = "${TOKEN}"\nchat_id = 5\nallowed_user_ids = [5]\napi_root = "${url}"\n`;
  writeFileSync(join(directory, "takopi.toml"), `default_engine = "alpha"\n${table}`, { mode: 0o600 });
  const env = { PATH: process.env["PATH"], HOME: directory };
  const engines = [scriptedEngine("alpha")];
  const reload = () => loadConfig({ file: join(directory, "takopi.toml"), cwd: directory, env, engines });
  const config = reload();
  leaveLostProgress(directory);
  const controller = new AbortController();
  const ended = runBridge({
    ...{ config, reload, engines, env, home: directory, log: recordingLog([]), signal: controller.signal },
  });
  await vi.waitUntil(() => asked.includes(silent), { timeout: 30_000 });
  const since = performance.now();
  controller.abort("SIGTERM");
  await ended;
  expect(performance.now() - since).toBeLessThan(10_000);
  await vi.waitUntil(async () => (await connections()) === 0, { timeout: 30_000 });
});

/** A bridge that is gone had sent a progress message, and never learned its id. */
function leaveLostProgress(directory: string): void {
  const store = openStore(join(directory, "takopi.db"));
  const place = { chatId: "5", topicId: null, messageId: "1", userId: "5", project: null, branch: null };
  const more = { prompt: "session\nanswer x\ndone", resume: null, follows: null, createdAt: Date.now() };
  store.runs.add({ ...place, ...more, id: "r1", engine: "alpha" });
  store.runs.askProgress("r1");
  store.close();
}

test("a check of Telegram gives up when its time is up, also for a method without parameters", async () => {
  const { url } = await listen();
  const signal = AbortSignal.timeout(100);
  const result = await checkTelegram({ token: TOKEN, server: { api_root: url }, userIds: [], chatIds: [5], signal });
  expect(result).toMatchObject({ problem: "Telegram did not answer in time" });
});
