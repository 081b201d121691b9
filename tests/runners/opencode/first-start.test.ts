import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { awaitFirstStart } from "../../../runners/opencode/first-start.ts";

let directory: string;
let database: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "opencode-data-"));
  database = join(directory, "opencode.db");
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Whether it has resolved by the time that everything which can go on has gone on. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  await new Promise(setImmediate);
  return settled;
}

test("nobody waits where the database is there", async () => {
  writeFileSync(database, "");
  expect(await awaitFirstStart(database)).toBeUndefined();
  expect(await awaitFirstStart(database)).toBeUndefined();
});

test("while the first start creates the database the others wait, then go on together", async () => {
  const release = await awaitFirstStart(database);
  writeFileSync(database, "");
  const others = Promise.all([awaitFirstStart(database), awaitFirstStart(database)]);
  expect(await isSettled(others)).toBe(false);
  release?.();
  expect(await others).toEqual([undefined, undefined]);
});

test("where the first start failed, the next one is the first, and alone", async () => {
  const release = await awaitFirstStart(database);
  const second = awaitFirstStart(database);
  const third = awaitFirstStart(database);
  release?.();
  release?.();
  const releaseSecond = await second;
  expect(releaseSecond).toBeTypeOf("function");
  expect(await isSettled(third)).toBe(false);
  releaseSecond?.();
  (await third)?.();
});

test("starts on different databases do not wait for one another", async () => {
  const release = await awaitFirstStart(database);
  const other = await awaitFirstStart(join(directory, "other.db"));
  expect(other).toBeTypeOf("function");
  release?.();
  other?.();
});
