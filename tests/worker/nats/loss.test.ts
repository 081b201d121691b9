import { expect, onTestFinished, test, vi } from "vitest";
import { BOUNDS } from "../../../src/bounds.ts";
import { Loss, type LossOptions } from "../../../src/worker/nats/loss.ts";
import { shorten } from "../../helpers/bounds.ts";
import { noLog } from "../../helpers/recordings.ts";

interface Machine {
  startedAt: number;
  state: "up" | "gone";
  hasSpoken: boolean;
  /** Tasks that the broker has for it. */
  waiting: number;
  holds: boolean | undefined;
}

/** A run whose machine is told by the test. */
function watch(machine: Machine, isNew: boolean) {
  shorten(BOUNDS.machines, { retryMs: 1 });
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const call = vi.fn(async () => machine.holds);
  const onLost = vi.fn();
  const hasJobs = vi.fn(async () => machine.waiting > 0);
  const options = {
    ...{ machine: "gpu", jobId: "run", post: { log: noLog, streams: { hasJobs } } },
    roll: { of: () => ({ state: machine.state, since: 0, beat: { startedAt: machine.startedAt } }) },
    ...{ hasSpoken: () => machine.hasSpoken, call, onLost, over: over.signal },
  } as unknown as LossOptions;
  return { loss: new Loss(options, isNew), call, onLost, hasJobs };
}

const there: Machine = { startedAt: 1, state: "up", hasSpoken: true, waiting: 0, holds: true };

test("a bridge that was started anew asks the machine at once, and hears that the run is lost", async () => {
  const { loss, onLost } = watch({ ...there, holds: false }, false);
  loss.look();
  await vi.waitFor(() => expect(onLost).toHaveBeenCalledOnce());
});

test("each worker is asked once, and the one that was there when the task was sent never", async () => {
  const machine = { ...there };
  const { loss, call, onLost } = watch(machine, true);
  loss.look();
  machine.startedAt = 2;
  machine.state = "gone";
  loss.look();
  expect(call).not.toHaveBeenCalled();
  machine.state = "up";
  loss.look();
  loss.look();
  await vi.waitFor(() => expect(call).toHaveBeenCalled());
  expect(call).toHaveBeenCalledOnce();
  expect(onLost).not.toHaveBeenCalled();
});

test("a task that its machine has not taken yet is not lost", async () => {
  const machine = { ...there, hasSpoken: false, waiting: 1, holds: false };
  const { loss, call, onLost, hasJobs } = watch(machine, false);
  loss.look();
  await vi.waitFor(() => expect(hasJobs.mock.calls.length).toBeGreaterThan(2));
  expect(call).not.toHaveBeenCalled();
  machine.waiting = 0;
  machine.holds = true;
  await vi.waitFor(() => expect(call).toHaveBeenCalled());
  expect(onLost).not.toHaveBeenCalled();
});

test("a worker that is too old to know the question has lost nothing", async () => {
  const { loss, call, onLost } = watch({ ...there, holds: undefined }, false);
  loss.look();
  await vi.waitFor(() => expect(call).toHaveBeenCalled());
  expect(onLost).not.toHaveBeenCalled();
});
