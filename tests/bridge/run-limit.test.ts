import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RunLimit } from "../../src/bridge/run-limit.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a run is ended when it has taken its minutes since it began, however often that is told", () => {
  const stopped: string[] = [];
  const limit = new RunLimit(10, (text) => void stopped.push(text));
  vi.advanceTimersByTime(3_600_000);
  limit.start();
  vi.advanceTimersByTime(599_000);
  limit.start();
  expect(stopped).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(stopped).toEqual(["Stopped after 10 min: that is limits.run_minutes; raise it for longer tasks."]);
});

test("a run that has ended, and one without a limit, are left alone", () => {
  const stop = vi.fn();
  const limit = new RunLimit(10, stop);
  limit.start();
  limit.end();
  new RunLimit(undefined, stop).start();
  vi.runAllTimers();
  expect(stop).not.toHaveBeenCalled();
});
