import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { startEmulator } from "../../src/playground/emulator.ts";
import { createTelegram } from "../../src/telegram/api.ts";
import { proxyAgent } from "../../src/telegram/proxy.ts";

afterEach(() => void vi.unstubAllEnvs());

/** A proxy that only knows CONNECT; what it was asked to connect to. */
async function startProxy() {
  const asked: string[] = [];
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on("connect", ({ url = "" }, socket) => {
    asked.push(url);
    const [host = "", port = ""] = url.split(":");
    const target = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
    for (const side of [socket, target]) side.on("error", () => side.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test("reaches Telegram through the proxy of the config", async () => {
  const proxy = await startProxy();
  const emulator = await startEmulator({ limits: "off" });
  onTestFinished(() => emulator.close());
  const telegram = createTelegram(emulator.token, { api_root: emulator.url, proxy: proxy.url });
  expect((await telegram.call("getMe", undefined)).is_bot).toBe(true);
  expect(proxy.asked).toEqual([new URL(emulator.url).host]);
});

test.each([
  [{ HTTPS_PROXY: "http://proxy.test:3128" }, "proxy.test"],
  [{ ALL_PROXY: "http://all.test:3128" }, "all.test"],
  [{ HTTPS_PROXY: "http://proxy.test:3128", NO_PROXY: "example.org,api.telegram.org" }, undefined],
  [{}, undefined],
])("obeys %j", (env, host) => {
  for (const name of ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"])
    vi.stubEnv(name, "");
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const agent = proxyAgent({});
  expect(agent && "proxy" in agent && agent.proxy instanceof URL ? agent.proxy.hostname : undefined).toBe(host);
});

test("refuses a proxy of another kind in one sentence", () => {
  vi.stubEnv("HTTPS_PROXY", "socks5://127.0.0.1:1080");
  expect(() => proxyAgent({})).toThrow(/is no HTTP proxy: expected http:\/\/host:port/);
});
