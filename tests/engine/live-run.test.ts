import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Completed, RunEvent } from "../../src/domain/events.ts";
import type { Run, RunRequest } from "../../src/engine/contract.ts";
import { type LiveOutput, type LiveTurn, openLiveRun } from "../../src/engine/live-run.ts";
import { EngineError } from "../../src/errors.ts";
import { collect, recordingLog } from "./toy.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const token = { engine: "toy", value: "s1" };
const started: RunEvent & { type: "started" } = { type: "started", engine: "toy", resume: token };
const completed: Completed = { type: "completed", engine: "toy", ok: true, answer: "Done." };
const text = (value: string): RunEvent => ({ type: "text", engine: "toy", text: value });

function open(drive: LiveTurn["drive"], changes: Partial<LiveTurn> & { resume?: typeof token } = {}): Run {
  const { resume, ...rest } = changes;
  const request: RunRequest = {
    ...{ runId: "r1", prompt: "hello", cwd: "/", options: {}, env: {}, log: recordingLog() },
    ...(resume && { resume }),
  };
  return openLiveRun({
    ...{ engine: "toy", label: "Toy", request, controls: {}, drive, force: async () => {} },
    ...rest,
  });
}

/** A drive that does something at once and then waits until it is stopped. */
const untilStopped =
  (act: (output: LiveOutput) => void): LiveTurn["drive"] =>
  (output, stopped) =>
    new Promise((resolve) => {
      act(output);
      stopped.addEventListener("abort", () => resolve());
    });

test("one start and one outcome come through, the outcome with the session and nothing after it", async () => {
  const run = open(async (output) => {
    for (const event of [started, started, completed, completed, started]) output.push(event);
    output.text("late");
  });
  expect(await collect(run)).toEqual([started, { ...completed, resume: token }]);
});

test("a turn that ends without an outcome has failed, with the answer so far", async () => {
  const run = open(async (output) => output.text("half an ans"), { resume: token });
  const failed = { ok: false, answer: "half an ans", error: "Toy ended without an answer.", resume: token };
  expect((await collect(run)).at(-1)).toMatchObject(failed);
});

test.each([
  [new EngineError("Toy is ill.", { stderr: "fever" }), "Toy is ill.\nfever"],
  [new Error("a bug"), "Toy could not be driven; the log has the cause."],
])("what is thrown becomes the outcome (%s)", async (error, told) => {
  const run = open(() => Promise.reject(error));
  expect(await collect(run)).toEqual([{ ...completed, ok: false, answer: "", error: told }]);
});

test("an outcome keeps what was told when the turn breaks after it", async () => {
  const run = open(async (output) => {
    output.push(completed);
    throw new Error("a bug");
  });
  expect(await collect(run)).toEqual([completed]);
});

test("the answer is told at once, then a few times a second, and the rest not at all", async () => {
  let write: (value: string) => void = () => {};
  let end: () => void = () => {};
  const run = open((output) => {
    write = (value) => output.text(value);
    return new Promise((resolve) => {
      end = resolve;
    });
  });
  const events: RunEvent[] = [];
  const reading = (async () => {
    for await (const event of run) events.push(event);
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
  const run = open(untilStopped((output) => output.text("a")));
  await vi.advanceTimersByTimeAsync(0);
  const stopping = run.stop("enough");
  await stopping;
  expect(await collect(run)).toMatchObject([text("a"), { type: "completed", error: "enough", answer: "a" }]);
});

test("a stop before the start never starts it", async () => {
  const drive = vi.fn();
  const run = open(drive);
  await run.stop("never mind");
  expect(drive).not.toHaveBeenCalled();
  expect(await collect(run)).toMatchObject([{ type: "completed", ok: false, error: "never mind" }]);
});

test("the first reason wins, even over an outcome that comes meanwhile", async () => {
  const run = open((output, stopped) => {
    return new Promise((resolve) => {
      stopped.addEventListener("abort", () => {
        output.push(completed);
        resolve();
      });
    });
  });
  await vi.advanceTimersByTimeAsync(0);
  await Promise.all([run.stop("first"), run.controls.interrupt?.()]);
  expect(await collect(run)).toEqual([{ ...completed, ok: false, error: "first" }]);
});

test("leaving early stops the turn", async () => {
  const abort = vi.fn();
  const run = open((output, stopped) => {
    stopped.addEventListener("abort", abort);
    return untilStopped(() => output.push(started))(output, stopped);
  });
  for await (const event of run) {
    expect(event).toEqual(started);
    break;
  }
  expect(abort).toHaveBeenCalled();
});

test("a turn that does not end when asked is forced, and a stop waits no longer than two seconds", async () => {
  const force = vi.fn(async () => {});
  const run = open(() => new Promise(() => {}), { force });
  await vi.advanceTimersByTimeAsync(0);
  let isStopped = false;
  const stopping = run.stop("enough").then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(900);
  expect(force).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1100);
  expect(force).toHaveBeenCalledTimes(1);
  expect(isStopped).toBe(true);
  await stopping;
});

test.each([
  ["goes on all the same", async () => {}],
  ["breaks", () => Promise.reject(new Error("a bug"))],
  ["hangs", () => new Promise<void>(() => {})],
])("a turn whose force %s is over two seconds after the stop, and says what may go on", async (_, force) => {
  const run = open(
    (output) => {
      output.push(started);
      output.text("half an ans");
      return new Promise(() => {});
    },
    { force },
  );
  const reading = collect(run);
  await vi.advanceTimersByTimeAsync(0);
  void run.stop("enough");
  await vi.advanceTimersByTimeAsync(2000);
  expect((await reading).at(-1)).toEqual({
    ...completed,
    ok: false,
    answer: "half an ans\n\nToy did not confirm that it stopped: what it had begun may go on until its server ends.",
    error: "enough",
    resume: token,
  });
});
