import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../src/domain/events.ts";
import { isAlive, markedProcesses } from "../../src/engine/marked.ts";
import { endLeftovers } from "../../src/engine/stop.ts";
import { collect, openChild, until } from "./toy.ts";

/** Opens a run, waits for its session, stops it. */
async function stopAfterStart(program: string): Promise<{ events: RunEvent[]; runId: string }> {
  const { run, runId } = openChild(program);
  const events: RunEvent[] = [];
  for await (const event of run) {
    events.push(event);
    if (event.type !== "started") continue;
    await run.stop("Stopped by Ada.");
    expect(await markedProcesses(runId)).toEqual([]);
  }
  return { events, runId };
}

describe("stop", () => {
  test.each([
    ["ignores-signals", "so far"],
    ["forwards-and-orphans", "so far"],
    ["grandchild-in-own-session", ""],
    ["ends-on-signal", "so far and a last word"],
  ])("ends all that belongs to %s, and keeps the answer so far", async (program, answer) => {
    const { events } = await stopAfterStart(program);
    expect(events).toEqual([
      { type: "started", engine: "toy", resume: { engine: "toy", value: "s1" } },
      {
        type: "completed",
        engine: "toy",
        ok: false,
        answer,
        error: "Stopped by Ada.",
        resume: { engine: "toy", value: "s1" },
      },
    ]);
  });

  test("the first reason wins, and both calls wait for the end", async () => {
    const { run, runId } = openChild("ignores-signals");
    const stops = Promise.all([run.stop("first"), run.stop("second")]);
    const [, events] = await Promise.all([stops, collect(run)]);
    expect(events.at(-1)).toMatchObject({ type: "completed", ok: false, error: "first" });
    expect(await markedProcesses(runId)).toEqual([]);
  });

  test("works before anything is read", async () => {
    const { run, spawned } = openChild("ignores-signals");
    const mark = await spawned;
    await run.stop("Stopped.");
    expect(await isAlive(mark)).toBe(false);
    expect((await collect(run)).at(-1)).toMatchObject({ type: "completed", error: "Stopped." });
  });

  test("changes nothing after the end, and leaves background processes alone", async () => {
    const { run, runId } = openChild("leaves-child-with-stdout");
    const events = await collect(run);
    await run.stop("too late");
    expect(events.at(-1)).toMatchObject({ type: "completed", ok: true });
    expect(await markedProcesses(runId)).toHaveLength(1);
  });
});

describe("leftovers of a bridge that is gone", () => {
  test("the leader's group and all that carries the mark are ended", async () => {
    const { run, runId, spawned } = openChild("forwards-and-orphans");
    const reading = collect(run);
    await until(async () => (await markedProcesses(runId)).length === 2);
    await endLeftovers(runId, await spawned);
    expect(await markedProcesses(runId)).toEqual([]);
    await reading;
  });

  test("a process that only has the leader's number is not touched", async () => {
    const { runId, spawned } = openChild("ignores-signals");
    const mark = await spawned;
    await endLeftovers("another run", { ...mark, startTime: "1" });
    expect(await isAlive(mark)).toBe(true);
    expect(await markedProcesses(runId)).toEqual([mark.pid]);
  });
});
