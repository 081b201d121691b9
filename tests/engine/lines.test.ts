import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LineRules, LineSplitter } from "../../src/engine/lines.ts";

function split(chunks: readonly Uint8Array[], rules?: LineRules): { lines: string[]; tooLong: number } {
  const splitter = new LineSplitter(rules);
  const lines = chunks.flatMap((chunk) => [...splitter.push(chunk)]);
  return { lines: [...lines, ...splitter.end()], tooLong: splitter.tooLong };
}

const cut = (bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] => {
  const chunks: Uint8Array[] = [];
  let start = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(start, start + size));
    start += size;
  }
  return [...chunks, bytes.subarray(start)];
};

/** What the splitter must give, by the plainest means. */
function expected(bytes: Uint8Array, isKept: (line: Buffer) => boolean = () => true): string[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (const [index, byte] of bytes.entries()) {
    if (byte !== 0x0a) continue;
    lines.push(Buffer.from(bytes.subarray(start, index)));
    start = index + 1;
  }
  if (start < bytes.length) lines.push(Buffer.from(bytes.subarray(start)));
  return lines.filter(isKept).map((line) => line.subarray(0, line.at(-1) === 0x0d ? -1 : undefined).toString());
}

/** Bytes in which newlines, returns and the beginnings of skipped lines are frequent. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc
        .constantFrom("\n", "\r\n", "\r", "skip", "skip me", "ski", "s", "é\u2028", "no")
        .map((text) => Buffer.from(text)),
    ),
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));
const sizes = fc.array(fc.nat({ max: 9 }));

describe("framing", () => {
  test("any bytes, cut anywhere, give what a split on LF gives", () => {
    fc.assert(
      fc.property(bytes, sizes, (all, cuts) => {
        expect(split(cut(all, cuts)).lines).toEqual(expected(all));
      }),
    );
  });

  test("lines that begin with a prefix are left out wherever the chunks are cut", () => {
    const skip = ["skip", "no"];
    const isKept = (line: Buffer) => !skip.some((prefix) => line.toString("latin1").startsWith(prefix));
    fc.assert(
      fc.property(bytes, sizes, (all, cuts) => {
        expect(split(cut(all, cuts), { skip }).lines).toEqual(expected(all, isKept));
      }),
    );
  });

  test("lines over the limit are left out and counted wherever the chunks are cut", () => {
    const maxBytes = 8;
    fc.assert(
      fc.property(bytes, sizes, (all, cuts) => {
        const result = split(cut(all, cuts), { maxBytes });
        expect(result.lines).toEqual(expected(all, (line) => line.length <= maxBytes));
        expect(result.lines.length + result.tooLong).toBe(expected(all).length);
      }),
    );
  });

  test("U+2028 and U+2029 do not end a line", () => {
    expect(split([Buffer.from("a\u2028b\u2029c\nd")]).lines).toEqual(["a\u2028b\u2029c", "d"]);
  });

  test("a character cut in two is put together again", () => {
    const snowman = Buffer.from("☃\n");
    expect(split([snowman.subarray(0, 1), snowman.subarray(1, 2), snowman.subarray(2)]).lines).toEqual(["☃"]);
  });

  test("a line that is skipped or too long takes no memory", () => {
    const splitter = new LineSplitter({ skip: ["noise"], maxBytes: 1_000_000 });
    const block = Buffer.alloc(1_000_000, "x");
    const before = process.memoryUsage().arrayBuffers;
    for (const begin of ["noise", "long"]) {
      expect([...splitter.push(Buffer.from(begin))]).toEqual([]);
      for (let index = 0; index < 300; index += 1) expect([...splitter.push(block)]).toEqual([]);
      expect([...splitter.push(Buffer.from("\nnext\n"))]).toEqual(["next"]);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
    expect(splitter.tooLong).toBe(1);
  });
});
