import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ControlClient } from "../../src/control/client.ts";
import { OperationFailure } from "../../src/control/protocol.ts";
import { type ControlSetup, serveControl } from "../../src/control/server.ts";
import { noLog } from "../helpers/recordings.ts";

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), "takopi-control-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function stage(handle: ControlSetup["handle"]) {
  const path = join(directory(), "takopi.sock");
  const server = await serveControl({ path, version: "1.0.0", handle, log: noLog });
  onTestFinished(() => server.close());
  const client = await ControlClient.connect(path, "1.0.0");
  onTestFinished(() => client.close());
  return { path, server, client };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof OperationFailure ? error.code : error),
  );

test("calls overlap, and each gets its own events and output", async () => {
  let release = () => {};
  const { client } = await stage(async ({ operation, input }, emit) => {
    emit(`${operation} began`);
    if (operation === "slow")
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    return { got: input };
  });
  const events: unknown[] = [];
  const slow = client.call({ operation: "slow", input: { a: 1 }, onEvent: (event) => events.push(event) });
  const fast = await client.call({ operation: "fast", input: "ü\u2028", onEvent: (event) => events.push(event) });
  expect(fast).toEqual({ got: "ü\u2028" });
  release();
  expect(await slow).toEqual({ got: { a: 1 } });
  expect(events).toEqual(["slow began", "fast began"]);
});

test("failures keep their code, and a bug tells nothing of itself", async () => {
  const { client } = await stage(async ({ operation }) => {
    if (operation === "bug") throw new Error("secret");
    throw new OperationFailure("not_found", "There is no run 'x'.");
  });
  await expect(client.call({ operation: "show", input: {} })).rejects.toMatchObject({
    code: "not_found",
    message: "There is no run 'x'.",
  });
  await expect(client.call({ operation: "bug", input: {} })).rejects.toMatchObject({
    code: "failed",
    message: expect.not.stringContaining("secret"),
  });
});

test("only its owner may connect", async () => {
  const { path } = await stage(async () => null);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("without a bridge says so, and removes a socket that a dead one left", async () => {
  const path = join(directory(), "takopi.sock");
  expect(await codeOf(ControlClient.connect(path, "1.0.0"))).toBe("no_bridge");
  const dead = createServer();
  await new Promise<void>((resolve) => dead.listen(`${path}.dead`, resolve));
  const { linkSync } = await import("node:fs");
  linkSync(`${path}.dead`, path);
  await new Promise((resolve) => dead.close(resolve));
  expect(existsSync(path)).toBe(true);
  expect(await codeOf(ControlClient.connect(path, "1.0.0"))).toBe("no_bridge");
  expect(existsSync(path)).toBe(false);
});

test("a bridge takes the place of a socket that was left", async () => {
  const first = await stage(async () => "first");
  await first.server.close();
  const { client } = await stage(async () => "second");
  expect(await client.call({ operation: "x", input: null })).toBe("second");
});

test("a call ends with its bridge, its signal and its limit", async () => {
  const { client, server } = await stage(() => new Promise(() => {}));
  const stop = new AbortController();
  const calls = [
    codeOf(client.call({ operation: "x", input: null, signal: stop.signal })),
    codeOf(client.call({ operation: "x", input: null, limitMs: 1 })),
    codeOf(client.call({ operation: "x", input: null })),
  ];
  stop.abort();
  expect(await Promise.all(calls.slice(0, 2))).toEqual(["interrupted", "failed"]);
  await server.close();
  expect(await calls[2]).toBe("no_bridge");
});

test("a client that leaves ends what it asked for", async () => {
  let left: AbortSignal | undefined;
  const { client } = await stage((_, emit, gone) => {
    left = gone;
    emit("begun");
    return new Promise(() => {});
  });
  await new Promise<void>(
    (begun) => void client.call({ operation: "watch", input: null, onEvent: () => begun() }).catch(() => {}),
  );
  const gone = new Promise((resolve) => left?.addEventListener("abort", resolve));
  client.close();
  await gone;
  expect(left?.aborted).toBe(true);
});

test.each([
  ["no greeting", '{"id":"1","operation":"x","input":null}\n'],
  ["another protocol", '{"protocol":999,"version":"9"}\n'],
  ["no JSON", "GET / HTTP/1.1\r\n\r\n"],
  ["a line without end", "x".repeat(1024 * 1024 + 1)],
])("lets go of a peer that sends %s", async (_, text) => {
  let asked = 0;
  const { path } = await stage(async () => void asked++);
  const socket = connect(path);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => {});
  socket.resume();
  socket.write(text);
  await closed;
  expect(asked).toBe(0);
});
