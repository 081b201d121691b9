import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { JobView } from "../../src/bridge/job-view.ts";
import type { BridgeParts } from "../../src/bridge/parts.ts";
import type { Job } from "../../src/bridge/run-job.ts";
import { watchStall } from "../../src/bridge/stall.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MINUTE_MS = 60_000;

test("a question that waits for an answer counts as life, and silence is told once it is answered", async () => {
  const questions = { isWaiting: true };
  const told: (string | undefined)[] = [];
  const view = { progress: { open: [] }, stalled: (text: string | undefined) => void told.push(text) };
  const parts = { config: () => ({ limits: { stall_minutes: 2 } }) };
  const job = { questions } as unknown as Job;
  const watch = watchStall(job, view as unknown as JobView, parts as unknown as BridgeParts);
  await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);
  expect(told).toEqual([]);
  questions.isWaiting = false;
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
  expect(told).toEqual([expect.stringMatching(/^No sign of life for 2 min/)]);
  watch.end();
});
