import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { command as demo } from "../../src/cli/demo.ts";
import { operationEntries } from "../../src/cli/operation.ts";
import { UserError } from "../../src/errors.ts";
import { begin, call, callWith, scratchHome } from "./calling.ts";

/** Much on a busy machine. */
const WAIT = { timeout: 60_000, interval: 20 };

test("a port that is taken is told in one sentence", async () => {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const refusal = call(demo, scratchHome(), "--port", `${port}`);
  await expect(refusal).rejects.toThrow(UserError);
  await expect(refusal).rejects.toThrow(
    /^Port \d+ is taken by another program: give another one, or leave --port out\.$/,
  );
});

test("--once prints all of an answer, its file included, whatever proxy the environment names", async () => {
  vi.stubEnv("HTTP_PROXY", "http://127.0.0.1:9");
  onTestFinished(() => void vi.unstubAllEnvs());
  const { code, stdout } = await call(demo, scratchHome(), "--once", "a long answer");
  expect(code).toBe(0);
  expect(stdout).toMatch(/bot\n {2}done · demo[\s\S]*\nbot\n {2}\[file: answer\.md\]\n$/);
});

test("--debug leaves its file beside the config, and nothing in the folder that it is called in", async () => {
  const [home, repository] = [scratchHome(), scratchHome()];
  expect(await callWith({ HOME: home }, demo, repository, "--debug", "--once", "hello")).toMatchObject({ code: 0 });
  expect(readdirSync(repository)).toEqual([]);
  expect(existsSync(join(home, ".takopi", "debug.log"))).toBe(true);
});

test("the config of a bridge that runs beside it begins nothing in the playground, and costs no port", async () => {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const home = scratchHome();
  mkdirSync(join(home, ".takopi"));
  writeFileSync(
    join(home, ".takopi/takopi.toml"),
    `[webhooks]\nlisten = "127.0.0.1:${port}"\n
[triggers.ci]\nwebhook = { kind = "hmac", secret = { env = "NOT_SET" } }\ndo = "task"\ntext = "look"\n
[machines]\nbroker = "nats://127.0.0.1:9"\n[projects.far]\nmachine = "gpu"\n`,
  );
  const { code, stdout } = await call(demo, home, "--once", "list the files");
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("done · demo") });
});

test("commands reach the bridge of a playground that runs, by the config that it names", async () => {
  const home = scratchHome();
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  const { stdout, stderr, ended } = begin({ home, signal: ending.signal }, demo, "--port", "0");
  stderr.resume();
  let printed = "";
  stdout.on("data", (chunk) => {
    printed += chunk;
  });
  const file = await vi.waitUntil(() => /--config (\S+)/.exec(printed)?.[1], WAIT);
  await vi.waitUntil(() => existsSync(join(dirname(file), "takopi.sock")), WAIT);
  const send = await operationEntries.find(({ name }) => name === "send")?.load();
  if (!send) throw new Error("There is no command send.");
  const sent = await call(send.command, home, "hello", "--wait", "--config", file);
  expect(sent).toMatchObject({ code: 0, stdout: expect.stringMatching(/\w/), stderr: "" });
  ending.abort("SIGTERM");
  expect(await ended).toBe(0);
  expect(existsSync(file)).toBe(false);
});
