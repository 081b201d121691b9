import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import { clockTime } from "../../src/domain/moment.ts";
import { closed } from "../helpers/asking.ts";
import { shorten } from "../helpers/bounds.ts";
import { BUSY, OUTCOME, type Stage, stage, textOf } from "../helpers/bridge.ts";
import { startBroker } from "../helpers/broker.ts";
import { LIVE, liveTables } from "../helpers/live-stage.ts";
import { layCable } from "./cable.ts";
import { ownClock } from "./clock.ts";
import { checkTable, type Row } from "./deaths/table.ts";
import { forgetMachines, startWorker } from "./stage.ts";

vi.setConfig({ testTimeout: 120_000 });

const LENGTHS = { "1 s": 1_000, "30 s": 30_000, "10 minutes": 600_000 };
const cases = ["worker", "bridge", "broker", "paused broker"].flatMap((who) =>
  Object.entries(LENGTHS).map(([long, ms]) => ({ who, long, ms })),
);
const rows: (Row & { readonly who: string })[] = [];

afterAll(() => {
  for (const row of rows) checkTable("cuts", row.who, [row]);
});

/** What goes on by itself goes on fast. The clock of the broker is its own: it forgets in no time what it forgets in ten minutes. */
const limits = (ms: number) => ({
  ...{ beatMs: 200, retryMs: 100, callMs: 1_500, connectMs: 1_500, streamSignMs: 500 },
  ...(ms >= BOUNDS.machines.dedupeMs && { dedupeMs: 100 }),
  ...(ms >= BOUNDS.machines.ackMs && { ackMs: 500 }),
});

async function enter(ms: number) {
  const clock = ownClock();
  shorten(BOUNDS.machines, limits(ms));
  const broker = await startBroker();
  const cables = { bridge: await layCable(broker.port), worker: await layCable(broker.port) };
  const tables = `${liveTables}[machines]\nbroker = "${cables.bridge.address}"\n[projects.api]\nmachine = "gpu"\n`;
  const bridge = await stage({ ...LIVE, tables });
  const { engines } = LIVE;
  await startWorker({ name: "gpu", broker: cables.worker.address, projects: ["api"], engines, tables: liveTables });
  const set = (who: string, change: "cut" | "mend") => {
    if (who === "paused broker") return broker.signal(change === "cut" ? "SIGSTOP" : "SIGCONT");
    if (who !== "worker") cables.bridge[change]();
    if (who !== "bridge") cables.worker[change]();
  };
  return { clock, broker, bridge, set };
}

/** Who is said to be gone. */
const goneOf = (who: string) => (who === "worker" ? "gpu has been gone" : "the broker has been out of reach");
/** A machine that is silent for a moment is not gone. */
const isSeen = (who: string, ms: number) => who !== "worker" || ms > BOUNDS.machines.goneMs;

/** Nothing is busy any more, and each run is told once. */
function expectPeace({ emulator, store }: Stage, runs: number): void {
  const states = store().runs.recent(2 * runs);
  expect(states.map(({ state }) => state)).toEqual(Array(runs).fill("ended"));
  const replies = emulator.messages(emulator.privateChatId).filter((one) => one.reply_to_message);
  expect(replies.filter((one) => BUSY.test(textOf(one)))).toEqual([]);
  expect(replies.filter((one) => OUTCOME.test(textOf(one)))).toHaveLength(runs);
}

/** A broker that can be reached takes the run from its machine; else nobody does before it is back. */
async function stopOutcome({ botSays, outcomeOf }: Stage, who: string, id: number): Promise<string> {
  const told = await botSays(/: the run there ends when it is back/);
  if (who === "worker") {
    expect(textOf(await outcomeOf(id))).toMatch(/^cancelled/);
    return "cancelled at once";
  }
  expect(textOf(told)).toMatch(BUSY);
  return "cancelled when the broker is back";
}

describe("what ends, waits, is stopped and is answered meanwhile is told once, and who is gone and since when, if", () => {
  test.each(cases)("the $who is cut off for $long", async ({ who, long, ms }) => {
    const { clock, broker, bridge, set } = await enter(ms);
    const { say, botSays, outcomeOf, press, directory } = bridge;
    const task = (name: string, script: string) => say(`/alpha /api note ${directory}/${name}\nsession\n${script}`);
    const ending = task("ending", `step working\nuntil ${directory}/go\nanswer whole\ndone`);
    await botSays(/▸ working/);
    const stopping = task("stopping", "step hanging\nhang");
    const hanging = await botSays(/▸ hanging/);
    const asking = say("/codex /api approve");
    const card = await botSays(/^codex wants to run/);

    const since = clock.now();
    const told = () => botSays(new RegExp(`${goneOf(who)} since ${clockTime(since)}; this waits for it`));
    if (who === "worker" && isSeen(who, ms)) await forgetMachines(broker);
    set(who, "cut");
    if (who !== "worker") await told();
    clock.pass(ms);
    if (isSeen(who, ms)) await told();
    // It ends where nobody hears it.
    writeFileSync(join(directory, "go"), "");
    const waiting = task("waiting", "answer later\ndone");
    await press(card, "Allow");
    await botSays(/^codex wants to run[\s\S]*✗ .*try again.*\.$/i);
    await press(hanging, "Stop");
    const stop = await stopOutcome(bridge, who, stopping);

    set(who, "mend");
    const is = async (id: number, like: RegExp) => expect(textOf(await outcomeOf(id))).toMatch(like);
    await is(ending, /^done[\s\S]*whole/);
    await is(waiting, /^done[\s\S]*later/);
    await is(stopping, /^cancelled/);
    await press(card, "Allow");
    await is(asking, /^done[\s\S]*accept/);
    expect(textOf(await closed(bridge, card))).toMatch(/✓ Allowed by /);
    for (const name of ["ending", "waiting", "stopping"])
      expect(readFileSync(join(directory, name), "utf8"), name).toBe("ran\n");
    expectPeace(bridge, 4);
    const news = isSeen(who, ms) ? `${goneOf(who)} since` : "nothing";
    rows.push({ who, step: long, outcome: `${news} | answered | answered | ${stop} | refused at once, then taken` });
  });
});
