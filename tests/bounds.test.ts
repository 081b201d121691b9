import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { engines } from "../runners/index.ts";
import { Client } from "../runners/opencode/live/client.ts";
import { commandCall } from "../runners/opencode/live/prompt.ts";
import { BOUNDS } from "../src/bounds.ts";
import { EngineHost } from "../src/engine/host.ts";
import { JsonPeer } from "../src/engine/json-peer.ts";
import { createTelegram } from "../src/telegram/api.ts";
import { git } from "../src/worker/git.ts";
import { shorten } from "./helpers/bounds.ts";
import { openDriven, toSession } from "./helpers/driven.ts";
import { finish } from "./helpers/live-engine.ts";
import { noLog } from "./helpers/recordings.ts";

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "takopi-bounds-")));
  const made = home;
  mkdirSync(join(home, "repo"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
});

/** A program that runs these lines of shell. */
function program(name: string, ...lines: string[]): string {
  const file = join(home, name);
  writeFileSync(file, ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
  return file;
}

/** A server that takes every connection, and says only this. */
async function listen(says: string): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.once("data", () => socket.write(says));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

test("every limit is a positive number that a timer can hold", () => {
  const limits = Object.values(BOUNDS).flatMap((group) => Object.values(group));
  expect(limits.filter((limit) => !(limit > 0 && limit < 2 ** 31))).toEqual([]);
});

test("a call to Telegram that is never answered ends", async () => {
  shorten(BOUNDS.telegram, { callMs: 50 });
  const telegram = createTelegram("1:x", { api_root: `http://127.0.0.1:${await listen("")}` });
  await expect(telegram.call("getMe", undefined)).rejects.toThrow();
});

describe("git", () => {
  const env = () => ({ PATH: `${home}:${process.env["PATH"]}` });

  test("that hangs is ended, its children with it", async () => {
    shorten(BOUNDS.git, { callMs: 100, endMs: 50 });
    program("git", "trap '' TERM", "sleep 600 &", "wait");
    await expect(git({ path: home, env: env() }, "status")).rejects.toThrow("git: it did not end within 0.1 s.");
  });

  test("that prints without end is ended", async () => {
    shorten(BOUNDS.git, { outputBytes: 10_000 });
    program("git", "yes");
    await expect(git({ path: home, env: env() }, "log")).rejects.toThrow("git: it printed more than 10000 bytes.");
  });
});

describe.each(engines.filter(({ id }) => id !== "demo").map((engine) => [engine.id, engine] as const))(
  "%s",
  (id, engine) => {
    const env = () => ({ HOME: home, PATH: process.env["PATH"] });

    test("that hangs when it is asked for its version is told, whatever holds its output open", async () => {
      shorten(BOUNDS.engine, { versionMs: 200 });
      const cmd = program(id, "sleep 600 &", "wait");
      const { problems } = await engine.probe({ options: { cmd }, env: env() });
      expect(problems).toEqual([expect.stringContaining(`${cmd} did not answer within 0.2 s: try ${cmd} --version`)]);
    });

    test("that hangs when it has to read its own configuration is told", async () => {
      shorten(BOUNDS.engine, { loginMs: 200, modelsMs: 200 });
      const version = { codex: "codex-cli 0.169.0", claude: "2.1.332 (Claude Code)" }[id] ?? "1.18.33";
      const cmd = program(id, `[ "$1" = --version ] && { echo '${version}'; exit; }`, "sleep 600 &", "wait");
      const { problems } = await engine.probe({ options: { cmd }, env: env(), isThorough: true });
      // claude is asked nothing but its version.
      expect(problems).toEqual(id === "claude" ? [] : [expect.stringContaining("did not answer within 0.2 s")]);
    });

    test.runIf(engine.can.length > 0)("whose server takes no call is ended, with what it said", async () => {
      shorten(BOUNDS.liveServer, { startMs: 300, callMs: 300 });
      const host = new EngineHost();
      const cmd = program(id, "echo 'it waits for a lock' >&2", "cat >/dev/null &", "exec sleep 600");
      const run = openDriven(engine, {
        ...{ prompt: "Go.", cwd: join(home, "repo"), log: noLog, host, env: env() },
        options: { cmd, interactive: true, ...(id === "opencode" && { model: "a/b" }) },
      });
      const { completed } = await finish(run);
      expect(completed).toMatchObject({
        ok: false,
        error: expect.stringMatching(/within 0\.3 s[\s\S]*it waits for a lock/),
      });
      expect(host.servers()).toEqual([]);
    });

    test.runIf(engine.operations.models)("whose server hangs gives no list of models", async () => {
      shorten(BOUNDS.liveServer, { startMs: 300, callMs: 300 });
      const setup = { cwd: join(home, "repo"), log: noLog, host: new EngineHost(), env: env() };
      const options = { cmd: program(id, "exec sleep 600"), interactive: true };
      await expect(engine.operations.models?.(toSession({ ...setup, options }, ""))).rejects.toThrow("within 0.3 s");
    });
  },
);

test("a call to a live engine over its stdio that is never answered ends", async () => {
  shorten(BOUNDS.liveServer, { callMs: 50 });
  const wire = { stdout: never(), write: async () => {} };
  const protocol = { label: "Toy", call: (id: number, method: string) => ({ id, method }), read: () => undefined };
  const peer = new JsonPeer(wire, protocol, noLog);
  await expect(peer.call("turn/start", {}, anything)).rejects.toThrow("Toy did not answer turn/start within 0.05 s.");
});

async function* never(): AsyncGenerator<Uint8Array> {
  await new Promise(() => {});
}
const anything = { safeParse: (data: unknown) => ({ success: true, data }) } as never;

describe("opencode's server", () => {
  const client = async (says: string): Promise<Client> => {
    const made = new Client({ port: await listen(says), password: "x" });
    onTestFinished(() => made.close());
    return made;
  };

  test.each(["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n[1"])(
    "that stops in the middle of an answer (%j) is waited for no longer",
    async (says) => {
      shorten(BOUNDS.liveServer, { callMs: 100 });
      const call = (await client(says)).send({ method: "GET", path: "/session" });
      await expect(call).rejects.toThrow("opencode did not answer /session within 0.1 s.");
    },
  );

  test("that never ends a command of its own is waited for no longer", async () => {
    shorten(BOUNDS.liveServer, { commandMs: 100 });
    const prompt = { session: "ses_1", directory: home, text: "/init", images: [], options: {} };
    const call = (await client("")).send(commandCall(prompt));
    await expect(call).rejects.toThrow("opencode did not answer /session/ses_1/command within 0.1 s.");
  });

  test("that answers without end is read no further", async () => {
    shorten(BOUNDS.liveServer, { answerBytes: 10_000 });
    const says = `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(20_000)}`;
    const call = (await client(says)).send({ method: "GET", path: "/session/ses_1/message" });
    await expect(call).rejects.toThrow("opencode answered /session/ses_1/message with too much.");
  });

  test.each(["", "HTTP/1.1 200 OK\r\n\r\n"])(
    "that sends no events at all (%j) is listened to no longer",
    async (says) => {
      shorten(BOUNDS.liveServer, { silentMs: 100 });
      const taken: string[] = [];
      const listening = (await client(says)).listen(
        (data) => void taken.push(data),
        () => {},
      );
      await Promise.allSettled([listening]);
      expect(taken).toEqual([]);
    },
  );
});
