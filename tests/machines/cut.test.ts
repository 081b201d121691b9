import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import { shorten } from "../helpers/bounds.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { startBroker } from "../helpers/broker.ts";
import { layCable } from "./cable.ts";
import { startWorker } from "./stage.ts";

vi.setConfig({ testTimeout: 120_000 });

/** A second of these tests is five minutes of life: the broker forgets in two what it forgets in ten minutes. */
const dedupeMs = 2_000;
const CLOCK = { dedupeMs, beatMs: 200, goneMs: 1_000, retryMs: 100, callMs: 3_000, streamSignMs: 500 };

const LENGTHS = {
  "for a moment": async () => {},
  "until it is said to be gone": (told: Promise<unknown>) => told,
  "for longer than the broker knows what comes twice": async (told: Promise<unknown>) => {
    await told;
    await delay(1.5 * dedupeMs);
  },
};
const cases = ["worker", "bridge"].flatMap((who) =>
  Object.entries(LENGTHS).map(([long, wait]) => ({ who, long, wait })),
);

describe("tasks run once and their answers are told once, if", () => {
  test.each(cases)("the $who is cut off $long", async ({ who, wait }) => {
    shorten(BOUNDS.machines, CLOCK);
    const broker = await startBroker();
    const cables = { bridge: await layCable(broker.port), worker: await layCable(broker.port) };
    const tables = `[machines]\nbroker = "${cables.bridge.address}"\n[projects.api]\nmachine = "gpu"\n`;
    const { say, botSays, outcomeOf, directory, emulator } = await stage({ tables });
    await startWorker({ name: "gpu", broker: cables.worker.address, projects: ["api"] });
    const go = join(directory, "go");
    const note = (name: string) => `note ${join(directory, name)}`;
    const begun = say(`/api ${note("begun")}\nsession\nstep working\nuntil ${go}\nanswer whole\ndone`);
    await botSays(/▸ working/);
    const cable = who === "bridge" ? cables.bridge : cables.worker;
    cable.cut();
    // It ends where nobody hears it.
    writeFileSync(go, "");
    const meanwhile = say(`/api ${note("meanwhile")}\nsession\nanswer later\ndone`);
    const told = botSays(/(gpu has been gone|the broker has been out of reach) since \d\d:\d\d; this waits for it/i);
    told.catch(() => {});
    await wait(told);
    cable.mend();
    expect(textOf(await outcomeOf(begun))).toMatch(/^done[\s\S]*whole/);
    expect(textOf(await outcomeOf(meanwhile))).toMatch(/^done[\s\S]*later/);
    for (const name of ["begun", "meanwhile"]) expect(readFileSync(join(directory, name), "utf8")).toBe("ran\n");
    const outcomes = emulator.messages(emulator.privateChatId).filter((one) => /^done · /.test(textOf(one)));
    expect(outcomes).toHaveLength(2);
  });
});
