import fc from "fast-check";
import { expect, test } from "vitest";
import type { RunEvent } from "../../src/domain/events.ts";
import { collect, createToy, recordingLog } from "./toy.ts";

const LINES = [
  '{"type":"session","id":"s1"}',
  '{"type":"noise","text":"unread"}',
  '{"type":"step","id":"a","title":"look"}',
  '{"type":"text","text":"an answer"}',
  '{"type":"done"}',
];

async function* stream(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

const replay = (text: string, size = 65_536): Promise<RunEvent[]> =>
  collect(createToy().replay(stream(text, size), recordingLog()));

test("a recorded stream gives the events of the run", async () => {
  expect(await replay(LINES.join("\n"))).toEqual([
    { type: "started", engine: "toy", resume: { engine: "toy", value: "s1" } },
    { type: "action", engine: "toy", phase: "started", action: { id: "a", kind: "tool", title: "look", detail: {} } },
    { type: "completed", engine: "toy", ok: true, answer: "an answer", resume: { engine: "toy", value: "s1" } },
  ]);
});

test("skipped lines are not even parsed", async () => {
  const log = recordingLog();
  await collect(createToy().replay(stream('{"type":"noise"\n{"type":"noise" no json\n', 7), log));
  expect(log.entries).toEqual([]);
});

test.each(LINES.map((_, cut) => cut))("cut after %i lines it still ends with one outcome", async (cut) => {
  const types = (await replay(LINES.slice(0, cut).join("\n"))).map(({ type }) => type);
  expect(types.filter((type) => type === "completed")).toHaveLength(1);
  expect(types.at(-1)).toBe("completed");
});

test("any lines in any order, cut anywhere, give at most one start and exactly one outcome, last", async () => {
  const line = fc.oneof(
    fc.constantFrom(...LINES, '{"type":"session","id":"s2"}', '{"type":"bug"}', '{"type":"text"}', "{", ""),
    fc.json(),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 50 }), async (lines, size) => {
      const types = (await replay(lines.join("\n"), size)).map(({ type }) => type);
      expect(types.filter((type) => type === "started").length).toBeLessThanOrEqual(1);
      expect(types.indexOf("completed")).toBe(types.length - 1);
    }),
  );
});

test("events that a line gives after an outcome are left out", async () => {
  const outcome = { type: "completed", engine: "toy", ok: true, answer: "an answer" } as const;
  const action = { id: "a", kind: "tool", title: "look", detail: {} } as const;
  const late = { type: "action", engine: "toy", phase: "started", action } as const;
  const toy = createToy({ translate: (state) => [state, [outcome, late, outcome]] });
  expect(await collect(toy.replay(stream('{"type":"done"}', 7), recordingLog()))).toEqual([outcome]);
});

test("an outcome without an error of its own gets a sentence", async () => {
  expect(await replay("")).toEqual([
    { type: "completed", engine: "toy", ok: false, answer: "", error: "Toy ended without an answer." },
  ]);
});
