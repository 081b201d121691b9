import type { Update } from "@grammyjs/types";
import { expect, test, vi } from "vitest";
import { Refused, type Telegram, Unreachable } from "../../src/telegram/api.ts";
import { poll } from "../../src/telegram/poller.ts";
import { createLog } from "../helpers/recordings.ts";

const update = (id: number) => ({ update_id: id }) as Update;

/** Answers each poll with the next of these; then polls hang until they are aborted. */
function listen(answers: readonly (Update[] | Error)[], receive: (updates: readonly Update[]) => void = () => {}) {
  const controller = new AbortController();
  const log = createLog("error");
  const offsets: unknown[] = [];
  const problems: (string | undefined)[] = [];
  const waits: number[] = [];
  const conflicts: string[] = [];
  const waiting = [...answers];
  const telegram: Telegram = {
    call: (_, payload, signal) => {
      offsets.push((payload as { offset: number }).offset);
      const next = waiting.shift();
      if (next instanceof Error) return Promise.reject(next);
      if (next) return Promise.resolve(next as never);
      return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    },
  };
  const onPoll = (problem?: string) => void problems.push(problem);
  const wait = async (waitMs: number) => void waits.push(waitMs);
  const onConflict = (hint: string) => void conflicts.push(hint);
  const done = poll({ telegram, signal: controller.signal, log, receive, onPoll, onConflict, wait });
  const end = () => {
    controller.abort();
    return done;
  };
  return { offsets, problems, waits, conflicts, log, end };
}

test("confirms a batch only with the poll after it was taken", async () => {
  const taken: number[] = [];
  const { offsets, end } = listen([[update(7), update(8)], [update(9)]], (updates) =>
    taken.push(...updates.map(({ update_id }) => update_id)),
  );
  await vi.waitFor(() => expect(offsets).toEqual([0, 9, 10]), { timeout: 30_000 });
  expect(taken).toEqual([7, 8, 9]);
  await end();
});

test("asks for the same batch again when it could not be stored", async () => {
  let isFull = true;
  const { offsets, end } = listen([[update(7)], [update(7)]], () => {
    if (isFull) {
      isFull = false;
      throw new Error("disk full");
    }
  });
  await vi.waitFor(() => expect(offsets).toEqual([0, 0, 8]), { timeout: 30_000 });
  await end();
});

test("goes on after resets, 502, timeouts and name failures, and tells of each", async () => {
  const faults = [
    new Unreachable("getUpdates", "ECONNRESET", true),
    new Refused("getUpdates", 502, "Bad Gateway", undefined),
    new Unreachable("getUpdates", "EAI_AGAIN", false),
  ];
  const { offsets, problems, end } = listen([...faults, [update(1)]]);
  await vi.waitFor(() => expect(offsets).toEqual([0, 0, 0, 0, 2]), { timeout: 30_000 });
  expect(problems).toEqual([...faults.map(({ message }) => message), undefined]);
  await end();
});

test("gives way to another program that polls the token, and says so once", async () => {
  const conflict = new Refused("getUpdates", 409, "Conflict: terminated by other getUpdates request", undefined);
  const { offsets, waits, conflicts, log, end } = listen([conflict, conflict, conflict]);
  await vi.waitFor(() => expect(offsets).toHaveLength(4), { timeout: 30_000 });
  expect(Math.min(...waits)).toBeGreaterThan(3_000);
  expect(log.entries[0]).toMatchObject({
    event: "poll.conflict",
    fields: { hint: expect.stringContaining("Another program polls this bot's token") },
  });
  expect(conflicts).toEqual([
    expect.stringMatching(/^Another program polls .*: end it, or give it a bot of its own\.$/),
  ]);
  await end();
});

test("does not tell of the poll that a restart ended, which was its own", async () => {
  const conflict = new Refused("getUpdates", 409, "Conflict: terminated by other getUpdates request", undefined);
  const { offsets, conflicts, end } = listen([conflict, [update(1)], conflict]);
  await vi.waitFor(() => expect(offsets).toHaveLength(4), { timeout: 30_000 });
  expect(conflicts).toEqual([]);
  await end();
});

test("names a webhook that is set on the token as what it is", async () => {
  const reason =
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
  const { log, end } = listen([new Refused("getUpdates", 409, reason, undefined)]);
  const hint = expect.stringMatching(/^A webhook is set on this bot's token/);
  await vi.waitFor(() => expect(log.entries[0]).toMatchObject({ event: "poll.conflict", fields: { hint } }), {
    timeout: 30_000,
  });
  await end();
});

test("obeys the wait that a 429 names", async () => {
  const { offsets, waits, end } = listen([new Refused("getUpdates", 429, "Too Many Requests", 40), [update(1)]]);
  await vi.waitFor(() => expect(offsets).toEqual([0, 0, 2]), { timeout: 30_000 });
  expect(waits).toEqual([40_000]);
  await end();
});

test("a wait that Telegram names is obeyed within a second and an hour: other timers would fire at once", async () => {
  const tooMany = (retryAfterS: unknown) =>
    new Refused("getUpdates", 429, "Too Many Requests", retryAfterS as number | undefined);
  const named = [7, 1e12, 0, -5, Number.NaN, "soon", undefined];
  const { waits, end } = listen(named.map(tooMany));
  const expected = [7_000, 3_600_000, 1_000, 1_000, 5_000, 5_000, 5_000];
  await vi.waitFor(() => expect(waits).toEqual(expected), { timeout: 30_000 });
  await end();
});

test("notices within 74 s that its connection is dead", async () => {
  vi.useFakeTimers();
  const timeout = vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException("timed out", "TimeoutError")), ms);
    return controller.signal;
  });
  try {
    const { problems, offsets, end } = listen([]);
    await vi.advanceTimersByTimeAsync(74_000);
    expect(problems).toEqual(["timed out"]);
    expect(offsets).toHaveLength(2);
    await end();
  } finally {
    timeout.mockRestore();
    vi.useRealTimers();
  }
});
