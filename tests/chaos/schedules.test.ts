import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { Schedule } from "../../src/domain/schedule.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { textOf } from "../helpers/told.ts";
import { enterRing, type Ring } from "./ring.ts";

vi.setConfig({ testTimeout: 600_000 });

/** What is logged right before and behind each step of a firing, in their order. */
const STEPS = [
  "schedule.due",
  "schedule.fired",
  "progress.sending",
  "run.started",
  "run.completed",
  "delivery.sending",
];

function within<T>({ directory }: Ring, work: (store: Store) => T): T {
  const store = openStore(join(directory, "takopi.db"));
  try {
    return work(store);
  } finally {
    store.close();
  }
}

/** Adds what is due once, at `at`; gives the file that has a line for each time it ran. */
function schedule(ring: Ring, at: number): string {
  const ledger = join(ring.directory, "ran-scheduled");
  const due: Schedule = {
    ...{ name: "nightly", when: { at }, prompt: `note ${ledger}\nsession\nanswer on time\ndone` },
    ...{ chatId: String(ring.emulator.privateChatId), session: "new" },
    ...{ only_when_idle: false, overlap: "skip", missed: "once" },
  };
  const row = { name: due.name, state: "active", definition: JSON.stringify(due), lastDueAt: 1 } as const;
  within(ring, (store) => store.schedules.add(row));
  return ledger;
}

const outcome = ({ emulator }: Ring) =>
  emulator.waitFor(() =>
    emulator.messages(emulator.privateChatId).find((one) => /^(done|interrupted) · /.test(textOf(one))),
  );

test.each(STEPS)("a kill at %s neither repeats nor loses a firing", async (step) => {
  const ring = await enterRing();
  const ledger = schedule(ring, Date.now() - 1_000);
  ring.start(step);
  await ring.gone();
  ring.start();
  expect(textOf(await outcome(ring))).toContain("schedule nightly");
  await ring.kill();
  const { runs, firings } = within(ring, (store) => ({ runs: store.runs.recent(9), firings: store.firings.recent(9) }));
  expect(runs).toHaveLength(1);
  expect(firings).toMatchObject([{ source: "nightly", runId: runs[0]?.id, reason: null }]);
  const lines = existsSync(ledger) ? readFileSync(ledger, "utf8").trim().split("\n") : [];
  expect(lines.length).toBeLessThanOrEqual(1);
});

/** A bridge that was suspended before what is due: `leadMs` ahead, or later if the machine is too slow for that. */
async function suspended(leadMs: number): Promise<{ readonly ring: Ring; readonly at: number }> {
  const ring = await enterRing();
  const at = Date.now() + leadMs;
  schedule(ring, at);
  ring.start();
  await ring.listening();
  ring.signal("SIGSTOP");
  return Date.now() < at ? { ring, at } : suspended(2 * leadMs);
}

test("a bridge that was stopped while something was due makes up for it once it goes on", async () => {
  const { ring, at } = await suspended(2_000);
  await vi.waitUntil(() => Date.now() > at, { timeout: 300_000, interval: 100 });
  ring.signal("SIGCONT");
  expect(textOf(await outcome(ring))).toMatch(/^done · alpha[\s\S]*on time[\s\S]*schedule nightly/);
  await ring.kill();
  expect(within(ring, (store) => store.firings.recent(9))).toHaveLength(1);
});
