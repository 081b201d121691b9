import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { BOUNDS } from "../src/bounds.ts";
import { command as install } from "../src/cli/background/install.ts";
import { command as backup } from "../src/cli/backup.ts";
import { checkVoice } from "../src/cli/check-voice.ts";
import { findRepository } from "../src/cli/repository.ts";
import { refuseForeign } from "../src/config/trusted-file.ts";
import { residentByPs } from "../src/engine/ps.ts";
import { openStore } from "../src/store/store.ts";
import { createTelegram } from "../src/telegram/api.ts";
import { checkTelegram } from "../src/telegram/check.ts";
import { senders } from "../src/telegram/introduce.ts";
import { act } from "../src/worker/operate.ts";
import { callWith, scratchHome } from "./cli/calling.ts";
import { shorten } from "./helpers/bounds.ts";

/** A folder with a program of this name that says nothing and does not end; it is the first on PATH. */
function hanging(name: string): string {
  const home = scratchHome();
  const bin = join(home, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, name), "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
  vi.stubEnv("PATH", `${bin}${delimiter}${process.env["PATH"]}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  return home;
}

/** The port of a server that takes what it gets and answers nothing. */
async function silentPort(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on("error", () => {})));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

const never = new AbortController().signal;
const { git, program, telegram, voice, engine } = BOUNDS;

test("git that hangs leaves a folder without a repository, and a config in it unused", async () => {
  const home = hanging("git");
  shorten(git, { lookMs: 100 });
  expect(await findRepository(home)).toEqual({ path: home, isGit: false });
  const file = join(home, "takopi.toml");
  writeFileSync(file, "");
  expect(() => refuseForeign(file, statSync(file))).toThrow(/git did not say within 0\.1 s whether it tracks it/);
});

test("ps that hangs tells no memory", async () => {
  hanging("ps");
  shorten(program, { psMs: 100 });
  expect(await residentByPs([1])).toBe(0);
});

test("a service manager that hangs is told", async () => {
  const home = hanging(process.platform === "darwin" ? "launchctl" : "systemctl");
  shorten(program, { serviceMs: 100 });
  const path = process.env["PATH"];
  await expect(callWith({ ...(path !== undefined && { PATH: path }) }, install, home)).rejects.toThrow(
    /failed: .*ETIMEDOUT/,
  );
});

test("tar that hangs leaves no half backup", async () => {
  const home = hanging("tar");
  shorten(program, { archiveMs: 100 });
  mkdirSync(join(home, ".takopi"));
  writeFileSync(join(home, ".takopi/takopi.toml"), "");
  openStore(join(home, ".takopi/takopi.db")).close();
  const target = join(home, "copy.tar");
  await expect(callWith({}, backup, home, target)).rejects.toThrow(/could not be written: .*ETIMEDOUT/);
  expect(statSync(target, { throwIfNoEntry: false })).toBeUndefined();
});

test("Telegram that says nothing is told by doctor, and ends the wizard's wait", async () => {
  const server = { api_root: `http://127.0.0.1:${await silentPort()}`, proxy: undefined };
  const asked = { token: "1:x", server, chatIds: [5], userIds: [], signal: AbortSignal.timeout(100) };
  expect(await checkTelegram(asked)).toMatchObject({ problem: "Telegram did not answer in time" });
  shorten(telegram, { setupPollMs: 100 });
  await expect(senders(createTelegram("1:x", server), false, never).next()).rejects.toThrow();
});

test("a voice service that says nothing is told by doctor", async () => {
  shorten(voice, { checkMs: 100 });
  const config = { voice: { model: "m", baseUrl: `http://127.0.0.1:${await silentPort()}`, allowPrivate: true } };
  expect(await checkVoice(config as never, { env: {}, signal: never })).toMatchObject({ state: "error" });
});

test("an engine that never lists its commands lists none", async () => {
  shorten(engine, { commandsMs: 100 });
  const commands = () => new Promise<readonly string[]>(() => {});
  expect(await act({ commands } as never, "commands", { request: {} as never, input: "" })).toEqual({
    commands: [],
  });
});

test("an engine that never tells the usage of a session tells none", async () => {
  shorten(engine, { usageMs: 100 });
  const usage = () => new Promise<never>(() => {});
  expect(await act({ usage } as never, "usage", { request: {} as never, input: "" })).toEqual({ usage: {} });
});
