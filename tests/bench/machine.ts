import { spawnSync } from "node:child_process";
import { quantile } from "./quantile.ts";
import { ms } from "./running.ts";
import type { Figure } from "./streams.ts";

const STARTS = 9;
const SPIN_MS = 5_000;
/** What a loop that only reads the clock loses to anything but the machine is far below this, ms. */
const PAUSE_MS = 20;

/** What the machine itself takes, to read the other figures by. */
export async function measureMachine(): Promise<Figure[]> {
  const starts: number[] = [];
  for (let index = 0; index < STARTS; index++) {
    const startedAt = performance.now();
    spawnSync(process.execPath, ["--eval", "0"]);
    starts.push(performance.now() - startedAt);
  }
  const pauses = spin();
  const share = pauses.reduce((sum, pause) => sum + pause, 0) / SPIN_MS;
  const value = `${pauses.length} pauses, ${(100 * share).toFixed(0)} % of the time, longest ${ms(Math.max(0, ...pauses))}`;
  return [
    { figure: "the machine: Node's own start, median", goal: "none", value: ms(quantile(starts, 0.5)) },
    { figure: "the machine: a loop of 5 s that does nothing", goal: "no pause", value },
  ];
}

/** How long a busy process was kept from running, each time. */
function spin(): number[] {
  const pauses: number[] = [];
  const endAt = performance.now() + SPIN_MS;
  for (let before = performance.now(); before < endAt; ) {
    const at = performance.now();
    if (at - before > PAUSE_MS) pauses.push(at - before);
    before = at;
  }
  return pauses;
}
