import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Scheduler } from "../../src/bridge/scheduler.ts";
import { times } from "../helpers/soak.ts";

/** A scheduler whose runs end when the test says so. */
function stage(limit = 8) {
  const gates = new Map<string, () => void>();
  const started: string[] = [];
  const places: string[] = [];
  const scheduler = new Scheduler({
    limit: () => limit,
    start: (id) => {
      started.push(id);
      return new Promise((resolve) => gates.set(id, resolve));
    },
    isElsewhere: (id) => id.startsWith("elsewhere"),
    onPlace: (id, place) => places.push(`${id}:${place}`),
  });
  const end = async (id: string) => {
    gates.get(id)?.();
    gates.delete(id);
    await new Promise(setImmediate);
  };
  return { scheduler, started, places, end, running: () => [...gates.keys()] };
}

describe("the scheduler", () => {
  test("runs a thread in order and other threads beside it", async () => {
    const { scheduler, started, places, end } = stage();
    for (const [id, thread] of [
      ["a", "t"],
      ["b", "t"],
      ["c", "t"],
      ["d", "u"],
    ] as const)
      scheduler.submit(id, thread, "chat");
    expect(started).toEqual(["a", "d"]);
    expect(places).toEqual(["b:1", "c:2"]);
    await end("a");
    expect(started).toEqual(["a", "d", "b"]);
    expect(places).toEqual(["b:1", "c:2", "c:1"]);
  });

  test("a run elsewhere takes no place, and waits for its thread alone", async () => {
    const { scheduler, started, end } = stage(1);
    for (const id of ["a", "elsewhere1", "elsewhere2", "b"]) scheduler.submit(id, id, "chat");
    scheduler.submit("elsewhere3", "elsewhere1", "chat");
    expect(started).toEqual(["a", "elsewhere1", "elsewhere2"]);
    await end("elsewhere1");
    expect(started).toEqual(["a", "elsewhere1", "elsewhere2", "elsewhere3"]);
    await end("a");
    expect(started.at(-1)).toBe("b");
  });

  test("lets chats take turns: one with many tasks does not keep another waiting", async () => {
    const { scheduler, started, places, end } = stage(1);
    for (const id of ["a1", "a2", "a3"]) scheduler.submit(id, id, "a");
    for (const id of ["b1", "b2"]) scheduler.submit(id, id, "b");
    expect(places).toEqual(["a2:1", "a3:2", "a2:2", "a3:3", "b1:1", "a3:4", "b2:3"]);
    for (const id of ["a1", "b1", "a2", "b2", "a3"]) await end(id);
    expect(started).toEqual(["a1", "b1", "a2", "b2", "a3"]);
  });

  test("keeps runs off a thread that is occupied, which one with a run cannot be", async () => {
    const { scheduler, started, end } = stage();
    scheduler.submit("a", "t", "chat");
    scheduler.submit("b", "t", "chat");
    expect(scheduler.occupy("t")).toBeUndefined();
    await end("a");
    await end("b");
    const release = scheduler.occupy("t");
    expect(scheduler.occupy("t")).toBeUndefined();
    scheduler.submit("c", "t", "chat");
    scheduler.submit("d", "u", "chat");
    expect(started).toEqual(["a", "b", "d"]);
    release?.();
    expect(started).toEqual(["a", "b", "d", "c"]);
  });

  test("makes a new run claim its thread as soon as its session is known", async () => {
    const { scheduler, started, end } = stage();
    scheduler.submit("new", "run:new", "chat");
    scheduler.submit("reply", "run:new", "chat");
    scheduler.claim("new", "codex:1");
    scheduler.submit("resumed", "codex:1", "chat");
    expect(started).toEqual(["new"]);
    await end("new");
    expect(started).toEqual(["new", "reply"]);
    await end("reply");
    expect(started).toEqual(["new", "reply", "resumed"]);
  });

  test("keeps to the limit and shows places in the whole queue then", async () => {
    const { scheduler, started, places, end } = stage(1);
    for (const id of ["a", "b", "c"]) scheduler.submit(id, id, "chat");
    expect(started).toEqual(["a"]);
    expect(places).toEqual(["b:1", "c:2"]);
    await end("a");
    expect(started).toEqual(["a", "b"]);
  });

  test("drops a waiting run, also the first behind a run that began a session", async () => {
    const { scheduler, started, end } = stage();
    scheduler.submit("a", "run:a", "chat");
    scheduler.submit("b", "run:a", "chat");
    expect(scheduler.drop("b")).toBe(true);
    expect(scheduler.drop("b")).toBe(false);
    expect(scheduler.drop("a")).toBe(false);
    await end("a");
    expect(started).toEqual(["a"]);
  });

  test("starts nothing once closed, and resolves when the last run has ended", async () => {
    const { scheduler, started, end } = stage();
    scheduler.submit("a", "t", "chat");
    let isClosed = false;
    const closed = scheduler.close().then(() => {
      isClosed = true;
    });
    scheduler.submit("b", "u", "chat");
    expect(started).toEqual(["a"]);
    expect(isClosed).toBe(false);
    await end("a");
    await closed;
    expect(started).toEqual(["a"]);
    expect(scheduler.drop("b")).toBe(true);
  });

  test("never overlaps a thread, never exceeds the limit, and runs everything once, in order", async () => {
    const job = fc.record({ thread: fc.constantFrom("x", "y", "z"), endsBefore: fc.nat({ max: 3 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(job, { maxLength: 20 }), fc.integer({ min: 1, max: 3 }), async (jobs, limit) => {
        const { scheduler, started, end, running } = stage(limit);
        const threadOf = (id: string) => jobs[Number(id)]?.thread ?? "";
        const check = () => {
          expect(running().length).toBeLessThanOrEqual(limit);
          expect(new Set(running().map(threadOf)).size).toBe(running().length);
        };
        for (const [index, { thread, endsBefore }] of jobs.entries()) {
          for (const id of running().slice(0, endsBefore)) await end(id);
          scheduler.submit(String(index), thread, "chat");
          check();
        }
        while (running().length > 0) {
          await end(running()[0] ?? "");
          check();
        }
        expect(started.toSorted()).toEqual(jobs.map((_, index) => String(index)).toSorted());
        for (const thread of ["x", "y", "z"]) {
          const order = started.filter((id) => threadOf(id) === thread).map(Number);
          expect(order).toEqual(order.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: times(60, 600) },
    );
  });
});
