import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StallWatch } from "../../src/bridge/stall.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MINUTE_MS = 60_000;

function setUp() {
  const told: (string | undefined)[] = [];
  const sign = { isAlive: false };
  const watch = new StallWatch({
    ...{ minutes: 2, isAlive: () => sign.isAlive },
    show: (notice) => told.push(notice),
  });
  return { told, sign, watch };
}

const notice = expect.stringMatching(/^No sign of life for 2 min/);

test("silence that is no bad sign is not told; it is as soon as it is one", async () => {
  const { told, sign, watch } = setUp();
  sign.isAlive = true;
  await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);
  expect(told).toEqual([]);
  sign.isAlive = false;
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
  expect(told).toEqual([notice]);
  watch.end();
});

test("Wait takes the notice away until there was silence for as long again; an event does the same", async () => {
  const { told, watch } = setUp();
  expect(watch.wait()).toBe(false);
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
  expect(watch.wait()).toBe(true);
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
  watch.heard();
  expect(watch.wait()).toBe(false);
  expect(told).toEqual([notice, undefined, notice, undefined]);
  watch.end();
  await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);
  expect(told).toHaveLength(4);
});
