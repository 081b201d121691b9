import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startAtLastAddress } from "../../src/cli/playground-address.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "takopi-address-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Starts it, gives its page's address, and ends it. */
async function addressOf(port?: number): Promise<string> {
  const emulator = await startAtLastAddress(directory, port);
  await emulator.close();
  return emulator.pageUrl;
}

test("the playground is found at its address again, which is its owner's to read", async () => {
  const first = await addressOf();
  expect(await addressOf()).toBe(first);
  expect(statSync(join(directory, "playground.json")).mode & 0o777).toBe(0o600);
});

test("it moves when another program has its port, and keeps its key", async () => {
  const first = new URL(await addressOf());
  const other = createServer().listen(Number(first.port), "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const second = new URL(await addressOf());
  expect(second.port).not.toBe(first.port);
  expect(second.search).toBe(first.search);
  await expect(addressOf(Number(first.port))).rejects.toMatchObject({ code: "EADDRINUSE" });
  await new Promise((resolve) => other.close(resolve));
});

test.each(["", "{", "[]", '{"port":1,"key":"short"}'])("a file that holds %j is written anew", async (content) => {
  const file = join(directory, "playground.json");
  writeFileSync(file, content);
  const { port, searchParams } = new URL(await addressOf());
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ port: Number(port), key: searchParams.get("key") });
});
