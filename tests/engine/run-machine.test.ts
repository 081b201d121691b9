import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Completed, RunEvent, ShownEvent } from "../../src/domain/events.ts";
import type { Run } from "../../src/engine/contract.ts";
import type { Driver, RunContext } from "../../src/engine/driver.ts";
import { openRun } from "../../src/engine/run-machine.ts";
import { EngineError } from "../../src/errors.ts";
import { toRequest } from "../helpers/driven.ts";
import { collect, recordingLog } from "./toy.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const token = { engine: "toy", value: "s1" };
const started: ShownEvent = { type: "started", engine: "toy", resume: token };
const completed: Completed = { type: "completed", engine: "toy", ok: true, answer: "Done." };
const text = (value: string): ShownEvent => ({ type: "text", engine: "toy", text: value });

type Drive = Driver["drive"];

function open(
  drive: Drive,
  { session, force = async () => {} }: { session?: string; force?: Driver["force"] } = {},
): Run {
  const request = toRequest({ prompt: "hello", cwd: "/", options: {}, env: {}, log: recordingLog(), session });
  return openRun({ id: "toy", label: "Toy", request, driver: { drive, force } });
}

const stop = (run: Run, reason: string) => run.send({ type: "stop", reason });

/** A drive that does something at once and then waits until it is stopped. */
const untilStopped =
  (act: (context: RunContext) => void): Drive =>
  (context) =>
    new Promise((resolve) => {
      act(context);
      context.stopped.addEventListener("abort", () => resolve());
    });

test("one start and one outcome come through, the outcome with the session and nothing after it", async () => {
  const run = open(async (output) => {
    for (const event of [started, started, completed, completed, started]) output.push(event);
    output.push(text("late"));
  });
  expect(await collect(run.events)).toEqual([started, { ...completed, resume: token }]);
});

test("a session that is not kept is told to nobody", async () => {
  const request = toRequest({ prompt: "hello", cwd: "/", options: {}, env: {}, log: recordingLog() });
  const drive: Drive = async (output) => {
    for (const event of [started, text("Do"), { ...completed, resume: token }]) output.push(event);
  };
  const run = openRun({ id: "toy", label: "Toy", request, isKept: false, driver: { drive, force: async () => {} } });
  expect(await collect(run.events)).toEqual([text("Do"), completed]);
});

test("a turn that ends without an outcome has failed, with the answer so far", async () => {
  const run = open(async (output) => output.push(text("half an ans")), { session: "s1" });
  const failed = { ok: false, answer: "half an ans", error: "Toy ended without an answer.", resume: token };
  expect((await collect(run.events)).at(-1)).toMatchObject(failed);
});

test.each([
  [new EngineError("Toy is ill.", { stderr: "fever" }), "Toy is ill.\nfever"],
  [new Error("a bug"), "Toy could not be run; the log has the cause."],
])("what is thrown becomes the outcome (%s)", async (error, told) => {
  const run = open(() => Promise.reject(error));
  expect(await collect(run.events)).toEqual([{ ...completed, ok: false, answer: "", error: told }]);
});

test("an outcome keeps what was told when the turn breaks after it", async () => {
  const run = open(async (output) => {
    output.push(completed);
    throw new Error("a bug");
  });
  expect(await collect(run.events)).toEqual([completed]);
});

test("the answer is told at once, then a few times a second, and the rest not at all", async () => {
  let write: (value: string) => void = () => {};
  let end: () => void = () => {};
  const run = open((output) => {
    write = (value) => output.push(text(value));
    return new Promise((resolve) => {
      end = resolve;
    });
  });
  const events: RunEvent[] = [];
  const reading = (async () => {
    for await (const event of run.events) events.push(event);
  })();
  await vi.advanceTimersByTimeAsync(0);
  for (const value of ["a", "ab", "abc"]) write(value);
  await vi.advanceTimersByTimeAsync(10);
  expect(events).toEqual([text("a")]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(events).toEqual([text("a"), text("abc")]);
  write("abcd");
  write("abcde");
  end();
  await reading;
  expect(events.slice(2)).toMatchObject([text("abcd"), { type: "completed", answer: "abcde" }]);
});

test("a reader that is behind gets only the newest text", async () => {
  const run = open(untilStopped((output) => output.push(text("a"))));
  await vi.advanceTimersByTimeAsync(0);
  stop(run, "enough");
  expect(await collect(run.events)).toMatchObject([text("a"), { type: "completed", error: "enough", answer: "a" }]);
});

test("a stop before the start never starts it", async () => {
  const drive = vi.fn();
  const run = open(drive);
  stop(run, "never mind");
  expect(await collect(run.events)).toMatchObject([{ type: "completed", ok: false, error: "never mind" }]);
  expect(drive).not.toHaveBeenCalled();
});

test("the first reason wins, even over an outcome that comes meanwhile", async () => {
  const run = open((context) => {
    return new Promise((resolve) => {
      context.stopped.addEventListener("abort", () => {
        context.push(completed);
        resolve();
      });
    });
  });
  await vi.advanceTimersByTimeAsync(0);
  stop(run, "first");
  run.send({ type: "interrupt" });
  expect(await collect(run.events)).toEqual([{ ...completed, ok: false, error: "first" }]);
});

test("the first reason wins over another one that comes before the outcome", async () => {
  const run = open(
    (context) =>
      new Promise((resolve) => {
        const end = () => {
          context.push(completed);
          resolve();
        };
        context.stopped.addEventListener("abort", () => setTimeout(end, 100));
      }),
  );
  await vi.advanceTimersByTimeAsync(0);
  for (const reason of ["first", "second"]) stop(run, reason);
  await vi.advanceTimersByTimeAsync(100);
  expect((await collect(run.events)).at(-1)).toEqual({ ...completed, ok: false, error: "first" });
});

test("leaving early stops the turn", async () => {
  const abort = vi.fn();
  const run = open((context) => {
    context.stopped.addEventListener("abort", abort);
    return untilStopped(() => context.push(started))(context);
  });
  for await (const event of run.events) {
    expect(event).toEqual(started);
    break;
  }
  expect(abort).toHaveBeenCalled();
});

test("a turn that does not end when asked is forced, and a stop waits no longer than two seconds", async () => {
  const force = vi.fn(async () => {});
  const run = open(() => new Promise(() => {}), { force });
  await vi.advanceTimersByTimeAsync(0);
  let isOver = false;
  const reading = collect(run.events).then(() => {
    isOver = true;
  });
  stop(run, "enough");
  await vi.advanceTimersByTimeAsync(900);
  expect(force).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1100);
  expect(force).toHaveBeenCalledTimes(1);
  expect(isOver).toBe(true);
  await reading;
});

test.each([
  ["goes on all the same", async () => {}],
  ["breaks", () => Promise.reject(new Error("a bug"))],
  ["hangs", () => new Promise<void>(() => {})],
])("a turn whose force %s is over two seconds after the stop, and says what may go on", async (_, force) => {
  const run = open(
    (output) => {
      output.push(started);
      output.push(text("half an ans"));
      return new Promise(() => {});
    },
    { force },
  );
  const reading = collect(run.events);
  await vi.advanceTimersByTimeAsync(0);
  stop(run, "enough");
  await vi.advanceTimersByTimeAsync(2000);
  expect((await reading).at(-1)).toEqual({
    ...completed,
    ok: false,
    answer: "half an ans\n\nToy did not confirm that it stopped: what it had begun may run until its server ends.",
    error: "enough",
    resume: token,
  });
});

const isAck = (event: RunEvent) => event.type === "ack";

test("a run tells what can be done to it, and its process before anything is asked of that", async () => {
  const mark = { pid: 7, startTime: "1" };
  const run = open(async (context) => {
    context.announce(mark);
    context.ready({});
    context.ready({ interrupt: true, steer: async () => {}, answer: async () => true });
    context.push(completed);
  });
  expect((await collect(run.events)).slice(0, 3)).toEqual([
    { type: "process", mark },
    { type: "ready", can: [] },
    { type: "ready", can: ["steer", "interrupt", "answer"] },
  ]);
});

test.each([
  ["takes it", async () => {}, { ok: true }],
  ["refuses it", () => Promise.reject(new EngineError("Not now.")), { ok: false, problem: "Not now." }],
  [
    "has a bug",
    () => Promise.reject(new Error("a bug")),
    { ok: false, problem: "Toy could not be run; the log has the cause." },
  ],
  ["never says", () => new Promise<void>(() => {}), { ok: false }],
] as const)("a message to a run that %s gets its receipt, before the outcome", async (_, steer, receipt) => {
  let end: () => void = () => {};
  const run = open((context) => {
    context.ready({ steer });
    return new Promise((resolve) => {
      end = () => {
        context.push(completed);
        resolve();
      };
    });
  });
  const reading = collect(run.events);
  run.send({ type: "steer", id: "c1", text: "More." });
  await vi.advanceTimersByTimeAsync(0);
  end();
  run.send({ type: "steer", id: "c2", text: "Too late." });
  expect((await reading).slice(1)).toEqual([{ type: "ack", id: "c1", ...receipt }, completed]);
});

test("a message that comes before the turn has begun waits for it", async () => {
  let begin: () => void = () => {};
  const steer = vi.fn(async () => {});
  const run = open((context) => {
    begin = () => context.ready({ steer });
    return untilStopped(() => {})(context);
  });
  run.send({ type: "steer", id: "c1", text: "More." });
  await vi.advanceTimersByTimeAsync(0);
  begin();
  await vi.advanceTimersByTimeAsync(0);
  expect(steer).toHaveBeenCalledWith("More.", []);
  stop(run, "enough");
  expect((await collect(run.events)).find(isAck)).toEqual({ type: "ack", id: "c1", ok: true });
});

test.each([
  ["takes", async () => true, { ok: true }],
  ["waits for no longer", async () => false, { ok: false }],
  ["never takes", () => new Promise<boolean>(() => {}), { ok: false, problem: "Toy did not take the reply in time." }],
])("an answer that the engine %s gets its receipt within five seconds", async (_, answer, receipt) => {
  const run = open(untilStopped((context) => context.ready({ answer })));
  const reading = collect(run.events);
  await vi.advanceTimersByTimeAsync(0);
  run.send({ type: "answer", id: "c1", questionId: "q1", reply: { type: "dismiss" } });
  await vi.advanceTimersByTimeAsync(5000);
  stop(run, "enough");
  expect((await reading).find(isAck)).toEqual({ type: "ack", id: "c1", ...receipt });
});

test("a driver of much output waits until what it pushed was read, and no longer once it is stopped", async () => {
  const passed: number[] = [];
  const run = open(async (context) => {
    for (let step = 1; step <= 3; step += 1) {
      context.push(started);
      await context.drained();
      passed.push(step);
    }
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(passed).toEqual([]);
  stop(run, "enough");
  await collect(run.events);
  expect(passed).toEqual([1, 2, 3]);
});
