import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import type { Trigger } from "../../src/domain/trigger.ts";
import { openStore } from "../../src/store/store.ts";
import { listenForWebhooks } from "../../src/webhooks/listen.ts";
import { noLog } from "../helpers/recordings.ts";

const SECRET = "s3cret";
const base = { on: "webhook", where: {}, do: "task", text: "{payload}", only_when_idle: false, chain: false } as const;
const triggers: Trigger[] = [
  { ...base, name: "gh", webhook: { kind: "github", secret: { env: "GH" } } },
  { ...base, name: "pushes", webhook: { kind: "github", secret: { env: "GH" }, events: ["push"] } },
  { ...base, name: "ci", webhook: { kind: "hmac", secret: { env: "GH" } } },
];

async function listening(limitMs?: number) {
  const store = openStore(":memory:");
  const config = { triggers, webhooks: { host: "127.0.0.1", port: 0 } } as unknown as Config;
  const setup = { config: () => config, env: { GH: SECRET }, store, onReceived: () => {}, log: noLog };
  const server = await listenForWebhooks({ ...setup, now: () => 1, ...(limitMs !== undefined && { limitMs }) });
  if (!server) throw new Error("nothing listens");
  onTestFinished(() => server.close());
  const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: "POST", body, headers });
    return response.status;
  };
  return { store, post, port: server.port };
}

const sign = (body: string, secret = SECRET) => `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
const github = (body: string, id: string, event = "push") => ({
  ...{ "x-hub-signature-256": sign(body), "x-github-delivery": id, "x-github-event": event },
});

test("takes what GitHub signed, once for each delivery", async () => {
  const { store, post } = await listening();
  const body = '{"ref":"refs/heads/main"}';
  for (const id of ["d1", "d1", "d2"]) expect(await post("/gh", body, github(body, id))).toBe(202);
  expect(store.webhooks.waiting().map(({ trigger, delivery, payload }) => [trigger, delivery, payload])).toEqual([
    ["gh", "d1", body],
    ["gh", "d2", body],
  ]);
});

test("leaves out pings, and events that are not asked for", async () => {
  const { store, post } = await listening();
  expect(await post("/gh", "{}", github("{}", "d1", "ping"))).toBe(202);
  expect(await post("/pushes", "{}", github("{}", "d1", "issues"))).toBe(202);
  expect(store.webhooks.waiting()).toEqual([]);
});

test("takes a body that was signed with the secret, once", async () => {
  const { store, post } = await listening();
  for (const _ of [1, 2]) expect(await post("/ci", "build 7", { "x-signature-256": sign("build 7") })).toBe(202);
  expect(store.webhooks.waiting().map(({ payload }) => payload)).toEqual(["build 7"]);
});

test.each([
  ["without a signature", {}],
  ["with another secret", { "x-signature-256": sign("x", "other") }],
  ["signed for another body", { "x-signature-256": sign("y") }],
  ["with half a signature", { "x-signature-256": sign("x").slice(0, 40) }],
])("refuses a call %s", async (_, headers) => {
  const { store, post } = await listening();
  expect(await post("/ci", "x", headers as Record<string, string>)).toBe(401);
  expect(store.webhooks.waiting()).toEqual([]);
});

test("refuses what it does not know, and a body of 2 MiB", async () => {
  const { post, port } = await listening();
  expect(await post("/nothing", "x")).toBe(404);
  expect((await fetch(`http://127.0.0.1:${port}/ci`)).status).toBe(405);
  const large = "x".repeat(2 * 1024 * 1024);
  const status = await post("/ci", large, { "x-signature-256": sign(large) }).catch(() => 413);
  expect(status).toBe(413);
});

test("a body that does not come ends its connection", async () => {
  const { port, post } = await listening(50);
  const socket = connect(port, "127.0.0.1");
  const closed = new Promise((resolve) => socket.on("close", resolve).on("error", () => {}));
  socket.resume();
  socket.write("POST /ci HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nslow");
  await closed;
  expect(await post("/ci", "x", { "x-signature-256": sign("x") })).toBe(202);
});

test("a secret that is not there is refused at the start", async () => {
  const config = { triggers, webhooks: { host: "127.0.0.1", port: 0 } } as unknown as Config;
  const setup = { config: () => config, env: {}, store: openStore(":memory:"), onReceived: () => {}, log: noLog };
  await expect(listenForWebhooks({ ...setup, now: () => 1 })).rejects.toThrow(
    "config: triggers.gh.webhook.secret is to come from $GH, which is empty or not there.",
  );
});
