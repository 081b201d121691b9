import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test, vi } from "vitest";
import { ControlClient } from "../../src/control/client.ts";
import { startEmulator } from "../../src/playground/emulator.ts";
import { textOf } from "../helpers/bridge.ts";
import { patient } from "../helpers/patient.ts";

vi.setConfig({ testTimeout: 120_000 });

const root = new URL("../../", import.meta.url).pathname;

/** A bridge that can take its own file descriptors away, and what its log said. */
async function start() {
  const emulator = patient(await startEmulator({ limits: "off" }), 60_000);
  const directory = mkdtempSync(join(tmpdir(), "takopi-descriptors-"));
  const config = `default_engine = "alpha"
[transports.telegram]
bot_token = "${emulator.token}"
chat_id = ${emulator.privateChatId}
api_root = "${emulator.url}"
[webhooks]
listen = "127.0.0.1:0"
[triggers.hook]
do = "notify"
text = "called"
webhook = { secret = { file = "${join(directory, "secret")}" }, kind = "hmac" }
`;
  writeFileSync(join(directory, "takopi.toml"), config);
  writeFileSync(join(directory, "secret"), "secret");
  const program = `exec "${root}node_modules/.bin/tsx" "${root}tests/helpers/bridge-without-descriptors.ts" "${directory}" 3`;
  const child = spawn("bash", ["-c", `ulimit -n 200; ${program}`], { stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(child, "exit");
  const log: string[] = [];
  createInterface(child.stdout).on("line", (line) => log.push(line));
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await gone;
    await emulator.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const logged = (pattern: RegExp) =>
    vi.waitUntil(() => log.map((line) => pattern.exec(line)).find((found) => found !== null), { timeout: 60_000 });
  const chat = () => emulator.messages(emulator.privateChatId);
  const fieldsOf = async <Fields>(event: string) =>
    JSON.parse((await logged(new RegExp(`^${event} (.*)`)))[1] ?? "") as Fields;
  const { pid } = await fieldsOf<{ pid: number }>("bridge.started");
  const { port } = await fieldsOf<{ port: number }>("webhooks.listening");
  await emulator.waitFor(() => emulator.calls("getUpdates").length > 0);
  return {
    ...{ emulator, directory, log, port, child },
    toggle: async (word: "full" | "free") => {
      process.kill(pid, "SIGUSR2");
      await logged(new RegExp(`^${word}$`));
    },
    say: (text: string) => emulator.sendText({ chatId: emulator.privateChatId, text }).message_id,
    botSays: (id: number, matches: RegExp) =>
      emulator.waitFor(() =>
        chat().find((one) => one.reply_to_message?.message_id === id && matches.test(textOf(one))),
      ),
  };
}

/** Connects, and resolves when that is over: refused, closed, or greeted. */
function knock(at: { path: string } | { host: string; port: number }): Promise<Socket> {
  const socket = connect(at as { path: string });
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve) => {
    for (const event of ["close", "data"]) socket.once(event, () => resolve(socket));
    if ("port" in at) socket.once("connect", () => resolve(socket));
  });
}

test.runIf(process.platform === "linux")(
  "without file descriptors the one task fails in a plain sentence, and the bridge goes on as soon as there are some",
  async () => {
    const { emulator, directory, toggle, say, botSays, port, child } = await start();
    const path = join(directory, "takopi.sock");
    const running = say("session\nhang");
    await botSays(running, /^working/);

    await botSays(say("process\nsession\nanswer first\ndone"), /^done/);

    await toggle("full");
    const refused = await botSays(say("process\nsession\nanswer never\ndone"), /^error/);
    expect(textOf(refused)).toContain("The machine gives takopi no further open file");
    for (let index = 0; index < 8; index += 1) await Promise.all([knock({ path }), knock({ host: "127.0.0.1", port })]);
    expect(child.exitCode).toBeNull();

    await toggle("free");
    expect(textOf(await botSays(say("process\nsession\nanswer again\ndone"), /^done/))).toContain("again");
    const working = await botSays(running, /^working/);
    expect(working.reply_markup).toBeDefined();
    const client = await ControlClient.connect(path, "1.0.0");
    client.close();
    const called = await fetch(`http://127.0.0.1:${port}/hook`, { method: "POST", body: "{}" });
    expect(called.status).toBe(401);
    say("/cancel");
    await botSays(running, /^cancelled/);
    expect(emulator.calls("getUpdates").length).toBeGreaterThan(1);
  },
);
