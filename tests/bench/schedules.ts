import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ScheduleClock } from "../../src/bridge/schedules.ts";
import type { Schedule } from "../../src/domain/schedule.ts";
import { openStore } from "../../src/store/store.ts";
import { noLog } from "../helpers/recordings.ts";
import { quantile } from "./quantile.ts";
import { ms } from "./running.ts";
import type { Figure } from "./streams.ts";

const SCHEDULES = 1_000;
const MINUTE_MS = 60_000;

/** A thousand schedules that are due within one minute, over a state file on the disk; nothing runs. */
export async function measureSchedules(): Promise<Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), "takopi-bench-"));
  const store = openStore(join(directory, "takopi.db"));
  const late: number[] = [];
  const from = Date.now() + 1_000;
  for (let index = 0; index < SCHEDULES; index++) {
    const name = `bench-${index}`;
    const schedule: Schedule = {
      ...{ name, when: { at: from + Math.floor((index * MINUTE_MS) / SCHEDULES) }, prompt: "x", chatId: "1" },
      ...{ session: "new", only_when_idle: false, overlap: "skip", missed: "once" },
    };
    store.schedules.add({ name, state: "active", definition: JSON.stringify(schedule), lastDueAt: 1 });
  }
  const clock = new ScheduleClock({
    ...{ store, configured: () => [], isBusy: () => false, tell: () => {}, now: () => Date.now(), log: noLog },
    add: ({ name }, { dueAt }) => {
      late.push(Date.now() - dueAt);
      const place = { chatId: "1", topicId: null, messageId: null, userId: null };
      const task = { engine: "x", project: null, branch: null, prompt: "x", resume: null, follows: null };
      store.runs.add({ id: name, ...place, ...task, createdAt: Date.now() });
      return name;
    },
    start: () => {},
  });
  const before = process.cpuUsage();
  clock.start();
  while (late.length < SCHEDULES) await delay(100);
  const { user, system } = process.cpuUsage(before);
  clock.close();
  store.close();
  rmSync(directory, { recursive: true, force: true });
  return [
    { figure: "1,000 schedules due in a minute, lateness p99", goal: "1 s", value: ms(quantile(late, 0.99)) },
    { figure: "the same, processor time", goal: "6 s", value: ms((user + system) / 1000) },
  ];
}
