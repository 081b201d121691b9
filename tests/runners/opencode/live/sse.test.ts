import { expect, test } from "vitest";
import { EventStreamParser } from "../../../../runners/opencode/live/sse.ts";

const parse = (chunks: readonly string[]): string[] => {
  const parser = new EventStreamParser();
  return chunks.flatMap((chunk) => [...parser.push(Buffer.from(chunk))]);
};

const stream = `: hello\n\nevent: message\nid: 7\ndata: {"a":1}\n\ndata:{"b":"ü\u2028"}\r\n\r\ndata: first\ndata:  second\n\n\ndata: cut`;

test("the data of each event is read, whatever else it has", () => {
  expect(parse([stream])).toEqual(['{"a":1}', '{"b":"ü\u2028"}', "first\n second"]);
});

test("chunks may end anywhere, also inside of a character", () => {
  const parser = new EventStreamParser();
  const bytes = Buffer.from(stream);
  const found = [...bytes].flatMap((_, index) => [...parser.push(bytes.subarray(index, index + 1))]);
  expect(found).toEqual(parse([stream]));
});

test("an event that is cut off does not count", () => {
  expect(parse(["data: a\n"])).toEqual([]);
  expect(parse(["data: a\n", "\n"])).toEqual(["a"]);
});
