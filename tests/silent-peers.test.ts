import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { acpEngine } from "../runners/acp/index.ts";
import { codex } from "../runners/codex/index.ts";
import { pi } from "../runners/pi/index.ts";
import { BOUNDS } from "../src/bounds.ts";
import type { Config } from "../src/config/config.ts";
import { ControlClient } from "../src/control/client.ts";
import { serveControl } from "../src/control/server.ts";
import { EngineHost } from "../src/engine/host.ts";
import { createTelegram } from "../src/telegram/api.ts";
import { download } from "../src/telegram/download.ts";
import { transcriber } from "../src/voice/transcribe.ts";
import { listenForWebhooks } from "../src/webhooks/listen.ts";
import { childProgram } from "./engine/toy.ts";
import { shorten } from "./helpers/bounds.ts";
import { openDriven, toSession } from "./helpers/driven.ts";
import { finish } from "./helpers/live-engine.ts";
import { noLog } from "./helpers/recordings.ts";

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "takopi-silent-")));
  const made = home;
  mkdirSync(join(home, "repo"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
});

/** A server that takes every connection and says no more than this. */
async function listen(says: string, path?: string): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.once("data", () => socket.write(says));
  });
  await new Promise<void>((resolve) => (path ? server.listen(path, resolve) : server.listen(0, "127.0.0.1", resolve)));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return path ? 0 : (server.address() as { port: number }).port;
}

/** Sends this, and resolves with what came back once the other side ends the connection. */
function untilClosed(socket: Socket, text: string): Promise<string> {
  onTestFinished(() => void socket.destroy());
  let said = "";
  socket.on("data", (chunk) => {
    said += String(chunk);
  });
  socket.on("error", () => {});
  socket.write(text);
  return new Promise((resolve) => socket.once("close", () => resolve(said)));
}

const never = new AbortController().signal;
const telegramAt = (port: number, proxy?: string) =>
  createTelegram("1:x", { api_root: `http://127.0.0.1:${port}`, ...(proxy && { proxy }) });

/** Fetches a file of which Telegram knows the path, from a server that says only this. */
async function fetchFile(says: string, proxy?: string): Promise<unknown> {
  const server = { api_root: `http://127.0.0.1:${await listen(says)}`, proxy };
  const telegram = { call: async () => ({ file_path: "photos/1.jpg" }) } as never;
  const bytes = await download({ telegram, token: "1:x", server }, "id", never);
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return pieces;
}

async function transcribe(says: string): Promise<string> {
  const voice = { model: "m", baseUrl: `http://127.0.0.1:${await listen(says)}`, allowPrivate: true };
  const parts = { config: () => ({ voice }) as unknown as Config, env: {}, log: noLog };
  const recording = async () => (async function* () {})() as AsyncIterable<Uint8Array>;
  const file = { name: "v.ogg", mime: "audio/ogg", source: "s" } as never;
  return transcriber({ ...parts, fetchFile: recording })(file, never);
}

/** What a caller of the webhooks hears that sends no more than this. */
async function callWebhook(text: string): Promise<string> {
  const webhook = { kind: "hmac", secret: { env: "HOOK" } } as const;
  const config = { triggers: [{ name: "ci", webhook }], webhooks: { host: "127.0.0.1", port: 0 } } as unknown as Config;
  const setup = { config: () => config, env: { HOOK: "s" }, store: {} as never, onReceived: () => {}, log: noLog };
  const server = await listenForWebhooks({ ...setup, now: () => 1 });
  if (!server) throw new Error("nothing listens");
  onTestFinished(() => server.close());
  return untilClosed(connect(server.port, "127.0.0.1"), text);
}

/** What a client of the control socket hears that sends no more than this. */
async function callControl(text: string): Promise<string> {
  const path = join(home, "takopi.sock");
  const server = await serveControl({ path, version: "1.0.0", handle: async () => ({}), log: noLog });
  onTestFinished(() => server.close());
  return untilClosed(connect(path), text);
}

async function connectControl(): Promise<unknown> {
  const path = join(home, "silent.sock");
  await listen("", path);
  return ControlClient.connect(path, "1.0.0");
}

const env = () => ({ HOME: home, PATH: process.env["PATH"] });

function silentAgent(): string {
  const cmd = join(home, "agent");
  writeFileSync(cmd, "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
  return cmd;
}

async function runAcp(cmd: string): Promise<unknown> {
  const options = { cmd, untrusted_env: {}, env: { ACP_AGENT: "answers" } };
  const host = new EngineHost();
  onTestFinished(() => host.close());
  const setup = { prompt: "Go.", cwd: join(home, "repo"), log: noLog, host, env: env(), options };
  const { completed } = await finish(openDriven(acpEngine("scripted"), setup));
  throw new Error(completed.error);
}

async function compact(engine: typeof pi | typeof codex, program: string, more: object): Promise<unknown> {
  const host = new EngineHost();
  onTestFinished(() => host.close());
  const options = { cmd: childProgram(program), interactive: true, ...more };
  const setup = { cwd: join(home, "repo"), log: noLog, host, env: env(), options };
  const started = await finish(openDriven(engine, { ...setup, prompt: "answer" }));
  const session = started.completed.resume?.value ?? randomUUID();
  return engine.operations.compact?.(toSession(setup, session));
}

const CONNECT = "CONNECT through a proxy";
const [headers, halfAFile] = ["HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"];
const { telegram, download: file, voice, webhook, controlSocket, liveServer } = BOUNDS;

// A row each: what is bounded, which bound in force, the attempt, and what is heard of it.
test.each<[string, () => void, () => Promise<unknown>, RegExp]>([
  [
    "Telegram",
    () => shorten(telegram, { callMs: 50 }),
    async () => telegramAt(await listen("")).call("getMe", undefined),
    /./,
  ],
  [
    `Telegram, by ${CONNECT}`,
    () => shorten(telegram, { proxyMs: 100 }),
    async () => telegramAt(1, `http://127.0.0.1:${await listen("")}`).call("getMe", undefined),
    /./,
  ],
  ["a file, before it begins", () => shorten(file, { silenceMs: 50 }), () => fetchFile(""), /was silent for 0\.05 s/],
  [
    "a file, in its headers",
    () => shorten(file, { silenceMs: 50 }),
    () => fetchFile(headers),
    /was silent for 0\.05 s/,
  ],
  [
    "a file, in the middle",
    () => shorten(file, { silenceMs: 50 }),
    () => fetchFile(halfAFile),
    /was silent|aborted|hang up/,
  ],
  ["a file, all of it", () => shorten(file, { wholeMs: 50 }), () => fetchFile(halfAFile), /abort|timeout/i],
  [
    `a file, by ${CONNECT}`,
    () => shorten(telegram, { proxyMs: 100 }),
    async () => fetchFile("", `http://127.0.0.1:${await listen("")}`),
    /abort|timeout|silent/i,
  ],
  ["a transcription", () => shorten(voice, { wholeMs: 100 }), () => transcribe(""), /gave no text within 0\.1 s/],
  [
    "a transcription, in the middle",
    () => shorten(voice, { wholeMs: 100 }),
    () => transcribe(halfAFile),
    /within 0\.1 s/,
  ],
  [
    "a transcription without end",
    () => shorten(voice, { answerBytes: 100 }),
    () => transcribe(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(200)}`),
    /answers without end/,
  ],
  [
    "the control socket of a bridge that hangs",
    () => shorten(controlSocket, { helloMs: 50 }),
    connectControl,
    /restart it/,
  ],
  [
    "an agent by ACP",
    () => shorten(liveServer, { startMs: 1000, callMs: 1000 }),
    () => runAcp(silentAgent()),
    /within 1 s/,
  ],
  [
    "a session by ACP",
    () => shorten(liveServer, { sessionMs: 1000 }),
    () => runAcp(childProgram("acp-agent")),
    /did not open a session within 1 s\.$/,
  ],
  [
    "compacting, with pi",
    () => shorten(liveServer, { compactMs: 200 }),
    () => compact(pi, "pi-rpc", { env: { PI_NEVER_ANSWERS: "compact" } }),
    /did not answer compact within 0\.2 s/,
  ],
  [
    "compacting, with codex",
    () => shorten(liveServer, { compactMs: 200 }),
    () => compact(codex, "codex-app-server", { model: "never compacts", sandbox: "read-only" }),
    /did not compact the context within 0\.2 s/,
  ],
])(
  "%s: a peer that accepts and never answers is waited for no longer than its bound",
  async (_, bound, attempt, says) => {
    bound();
    await expect(attempt()).rejects.toThrow(says);
  },
);

// The same for who calls this program.
test.each<[string, () => void, () => Promise<string>, RegExp]>([
  [
    "headers",
    () => shorten(webhook, { requestMs: 100 }),
    () => callWebhook("POST /ci HTTP/1.1\r\nhost: x\r\n"),
    /^HTTP\/1\.1 408/,
  ],
  [
    "a body",
    () => shorten(webhook, { requestMs: 100 }),
    () => callWebhook("POST /ci HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf"),
    /^HTTP\/1\.1 (408|503)/,
  ],
  [
    "a body of unknown length",
    () => shorten(webhook, { requestMs: 100 }),
    () => callWebhook("POST /ci HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
    /^HTTP\/1\.1 (408|503)/,
  ],
  [
    "a body that is too long",
    () => shorten(webhook, { bodyBytes: 3 }),
    () => callWebhook("POST /ci HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
    /^HTTP\/1\.1 413/,
  ],
  [
    "a greeting on the control socket",
    () => shorten(controlSocket, { helloMs: 50 }),
    () => callControl(""),
    /^\{"protocol"/,
  ],
  [
    "a line on the control socket that is too long",
    () => shorten(controlSocket, { lineBytes: 100 }),
    () => callControl(`"${"x".repeat(200)}"\n`),
    /^\{"protocol"/,
  ],
])("a caller that does not finish %s is dropped", async (_, bound, attempt, hears) => {
  bound();
  expect(await attempt()).toMatch(hears);
});
