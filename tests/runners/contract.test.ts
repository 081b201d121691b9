import { describe, expect, test } from "vitest";
import { engines } from "../../runners/index.ts";
import type { ActionEvent, RunEvent } from "../../src/domain/events.ts";
import { createLog, readRecording, recordingsOf, replay } from "../helpers/recordings.ts";

// Every prefix of every stream: thousands of replays.
const NEWLINE = 10;

describe.each(engines.map((engine) => [engine.id, engine] as const))("%s", (id, engine) => {
  const names = recordingsOf(id);

  test("has recorded streams to prove it with", () => {
    expect(names.length).toBeGreaterThanOrEqual(10);
  });

  test.each(names)("%s, whole and cut after every line, keeps the contract", async (name) => {
    const stream = readRecording(id, name);
    const whole = await replay(engine, [stream]);
    expectContract(whole);
    for (const end of lineEnds(stream)) {
      const cut = await replay(engine, [stream.subarray(0, end)]);
      expectContract(cut);
      expectSameSession(cut, whole);
    }
  });

  test.each(names)("%s, cut inside every line, keeps the contract", async (name) => {
    const stream = readRecording(id, name);
    let start = 0;
    for (const end of lineEnds(stream)) {
      expectContract(await replay(engine, [stream.subarray(0, start + Math.floor((end - start) / 2))]));
      expectContract(await replay(engine, [stream.subarray(0, end - 2)]));
      start = end;
    }
  });

  test.each(names)("%s reads the same in small chunks and without its last newline", async (name) => {
    const stream = readRecording(id, name);
    const whole = await replay(engine, [stream]);
    const chunks = Array.from({ length: Math.ceil(stream.length / 997) }, (_, n) =>
      stream.subarray(n * 997, (n + 1) * 997),
    );
    expect(await replay(engine, chunks)).toEqual(whole);
    expect(await replay(engine, [stream.subarray(0, stream.lastIndexOf("}") + 1)])).toEqual(whole);
  });

  test.each(names)("%s holds no line that the engine's schema does not know", async (name) => {
    const log = createLog("warn");
    await replay(engine, [readRecording(id, name)], log);
    expect(log.entries).toEqual([]);
  });

  test("lines that are not the engine's change nothing", async () => {
    const stream = readRecording(id, names[0] ?? "");
    const noise = Buffer.from('not json\n\n{"type":"never_heard_of"}\n[]\nnull\n{"type":7}\n');
    expect(await replay(engine, [noise, stream])).toEqual(await replay(engine, [stream]));
  });
});

/** Where each line ends, its newline included. */
function lineEnds(stream: Buffer): readonly number[] {
  const ends: number[] = [];
  for (let end = stream.indexOf(NEWLINE) + 1; end > 0; end = stream.indexOf(NEWLINE, end) + 1) ends.push(end);
  return ends;
}

function expectContract(events: readonly RunEvent[]): void {
  const types = events.map((event) => event.type);
  expect(types.filter((type) => type === "completed")).toHaveLength(1);
  expect(types.at(-1)).toBe("completed");
  expect(types.filter((type) => type === "started").length).toBeLessThanOrEqual(1);
  expect(new Set(sessionsOf(events)).size).toBeLessThanOrEqual(1);
  for (const event of events) if (event.type === "action") expectBounded(event);
  const outcome = events.at(-1);
  if (outcome?.type === "completed" && !outcome.ok) expect(outcome.error).toMatch(/\S/);
}

function expectBounded({ action }: ActionEvent): void {
  expect(action.id).not.toBe("");
  expect(action.title).not.toBe("");
  expect(action.detail.output?.length ?? 0).toBeLessThanOrEqual(500);
  expect(action.detail.error?.length ?? 0).toBeLessThanOrEqual(500);
}

function expectSameSession(cut: readonly RunEvent[], whole: readonly RunEvent[]): void {
  const [known] = sessionsOf(cut);
  if (known !== undefined) expect(known).toBe(sessionsOf(whole)[0]);
}

const sessionsOf = (events: readonly RunEvent[]): readonly string[] =>
  events.flatMap((event) =>
    "resume" in event && event.resume ? [`${event.resume.engine} ${event.resume.value}`] : [],
  );
