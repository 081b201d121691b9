import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { mimeOf } from "../../src/worker/files/image.ts";
import { safeName } from "../../src/worker/files/name.ts";
import { putFile } from "../../src/worker/files/put.ts";
import { readInside } from "../../src/worker/files/read.ts";
import { dot } from "../helpers/pictures.ts";

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), "takopi-files-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function* pieces(...all: (Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const piece of all) {
    if (piece instanceof Error) throw piece;
    yield piece;
  }
}

const put = (root: string, name: string, bytes: AsyncIterable<Uint8Array>) =>
  putFile({ name, mime: "text/plain", bytes, signal: new AbortController().signal, root, directory: "in/box" });

test.each([
  ["../../x", "x"],
  ["C:\\temp\\a.txt", "a.txt"],
  ["a\0b.txt", "ab.txt"],
  [".hidden", "hidden"],
  ["-rf", "rf"],
  ["..", "file"],
  ["", "file"],
  ["a,b.png", "a_b.png"],
])("the name %j becomes %j", (given, name) => {
  expect(safeName(given)).toBe(name);
});

test("a long name keeps its ending, and whole characters", () => {
  const name = safeName(`${"é".repeat(300)}.tar`);
  expect(Buffer.byteLength(name)).toBeLessThan(200);
  expect(name).toMatch(/^é+\.tar$/);
});

test("20 MiB are taken, and one byte more leaves nothing", async () => {
  const root = scratch();
  const most = Buffer.alloc(20 * 1024 * 1024);
  expect((await put(root, "most", pieces(most))).size).toBe(most.length);
  await expect(put(root, "more", pieces(most, Buffer.from("x")))).rejects.toThrow(/larger than 20 MiB/);
  expect(readdirSync(join(root, "in/box"))).toEqual(["most"]);
});

test("a download that breaks leaves nothing, and a full disk says so", async () => {
  const root = scratch();
  await expect(put(root, "a", pieces(Buffer.from("x"), new Error("reset")))).rejects.toThrow("reset");
  const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
  await expect(put(root, "a", pieces(Buffer.from("x"), full))).rejects.toThrow(/disk is full/);
  expect(readdirSync(join(root, "in/box"))).toEqual([]);
});

test("a link on the way is refused, and what is there is never written over", async () => {
  const [root, elsewhere] = [scratch(), scratch()];
  mkdirSync(join(root, "in"));
  symlinkSync(elsewhere, join(root, "in/box"));
  await expect(put(root, "a", pieces(Buffer.from("x")))).rejects.toThrow(/is a link/);
  expect(readdirSync(elsewhere)).toEqual([]);
  rmSync(join(root, "in/box"));
  mkdirSync(join(root, "in/box"));
  writeFileSync(join(elsewhere, "kept"), "old");
  symlinkSync(join(elsewhere, "kept"), join(root, "in/box/a"));
  expect((await put(root, "a", pieces(Buffer.from("x")))).shown).toBe("in/box/a-2");
  expect(readFileSync(join(elsewhere, "kept"), "utf8")).toBe("old");
});

test("an image is known by its bytes, and what only says that it is one is none", () => {
  expect(mimeOf(dot(1), "text/plain")).toBe("image/png");
  expect(mimeOf(Buffer.from("no picture"), "image/png")).toBe("application/octet-stream");
  expect(mimeOf(Buffer.from("words"), "text/plain")).toBe("text/plain");
});

/** Reads a file of 4 MiB, of which `change` makes another one after the first piece. */
async function readWhile(change: (path: string) => void): Promise<Buffer> {
  const root = scratch();
  const path = join(root, "big");
  writeFileSync(path, OLD);
  // Two changes within a step of the clock look like one.
  utimesSync(path, 1, 1);
  const found: Uint8Array[] = [];
  for await (const piece of (await readInside(root, "big", [])).bytes()) {
    if (found.length === 0) change(path);
    found.push(piece);
  }
  return Buffer.concat(found);
}

const OLD = Buffer.alloc(4 * 1024 * 1024, "old");

test("a file that is rewritten in place while it is read is refused, instead of sent half old and half new", async () => {
  const reading = readWhile((path) => writeFileSync(path, Buffer.alloc(OLD.length, "new")));
  await expect(reading).rejects.toThrow("`big` was changed while it was read: try again.");
});

test("a file to which something is appended while it is read is sent as it was", async () => {
  const found = await readWhile((path) => appendFileSync(path, "more"));
  expect(found.equals(OLD)).toBe(true);
});

test("a file that another one replaces while it is read is sent as it was", async () => {
  const found = await readWhile((path) => {
    rmSync(path);
    writeFileSync(path, "another");
  });
  expect(found.equals(OLD)).toBe(true);
});
