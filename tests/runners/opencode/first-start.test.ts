import { afterEach, expect, test } from "vitest";
import { awaitFirstStart, type FirstStarts, type Release } from "../../../runners/opencode/first-start.ts";
import { BOUNDS } from "../../../src/bounds.ts";
import { shorten } from "../../helpers/bounds.ts";

const DATA = "/home/dev/.local/share/opencode";
const absent = () => false;
const present = () => true;

const starts: FirstStarts = new Map();
const releases: (Release | undefined)[] = [];
afterEach(() => {
  for (const release of releases.splice(0)) release?.();
});

async function start(directory: string, hasDatabase: () => boolean): Promise<Release | undefined> {
  const release = await awaitFirstStart(starts, directory, hasDatabase);
  releases.push(release);
  return release;
}

/** Whether it has resolved by the time that everything which can go on has gone on. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  await new Promise(setImmediate);
  return settled;
}

test("nobody waits if the database is there", async () => {
  expect(await start(DATA, present)).toBeUndefined();
  expect(await start(DATA, present)).toBeUndefined();
});

test("while the first start creates the database the others wait, then go on together", async () => {
  const release = await start(DATA, absent);
  const others = Promise.all([start(DATA, present), start(DATA, present)]);
  expect(await isSettled(others)).toBe(false);
  release?.();
  expect(await others).toEqual([undefined, undefined]);
});

test("if the first start failed, the next one is the first, and alone", async () => {
  const release = await start(DATA, absent);
  const second = start(DATA, absent);
  const third = start(DATA, absent);
  release?.();
  release?.();
  const releaseSecond = await second;
  expect(releaseSecond).toBeTypeOf("function");
  expect(await isSettled(third)).toBe(false);
  releaseSecond?.();
  expect(await third).toBeTypeOf("function");
});

test("a first start that never comes up holds up the next one no longer than its bound", async () => {
  shorten(BOUNDS.run, { firstStartMs: 50 });
  expect(await start(DATA, absent)).toBeTypeOf("function");
  expect(await start(DATA, absent)).toBeTypeOf("function");
});

test("starts in different data directories do not wait for one another", async () => {
  expect(await start(DATA, absent)).toBeTypeOf("function");
  expect(await start("/home/other/.local/share/opencode", absent)).toBeTypeOf("function");
});
