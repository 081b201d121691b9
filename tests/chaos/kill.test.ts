import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { randomFrom } from "../fuzz/mutate.ts";
import { times } from "../helpers/soak.ts";
import { enterRing } from "./ring.ts";

vi.setConfig({ testTimeout: 1_500_000, hookTimeout: 300_000 });

/** What is logged right behind each step of a prompt's way, in their order. */
const STEPS = [
  ...["updates.stored", "run.queued", "progress.sending", "progress.arrived", "run.started", "process.spawned"],
  ...["run.session", "run.outcome", "run.completed", "delivery.sending", "delivery.arrived", "delivery.parts_sent"],
  "delivery.settled",
];

const KILLS = times(5, 40);

describe("a bridge that is killed", () => {
  test.each(STEPS)("at %s loses no prompt and no answer, runs none twice, and leaves nothing behind", async (step) => {
    const ring = await enterRing();
    ring.start(step);
    ring.ask("session\nstep working\norphan\nanswer first\ndone");
    await ring.gone();
    ring.ask("session\nanswer second\ndone");
    ring.start();
    const { done, interrupted } = await ring.expectPeace();
    expect(done + interrupted).toBe(2);
    expect(done).toBeGreaterThanOrEqual(1);
  });

  test("with one run under way and two waiting reports the one and runs the two", async () => {
    const ring = await enterRing();
    ring.start();
    const first = ring.ask("session\nstep working\nhang");
    const { emulator } = ring;
    await emulator.waitFor(() =>
      emulator.messages(emulator.privateChatId).find(({ text }) => text?.startsWith("working")),
    );
    for (const word of ["second", "third"]) ring.ask(`session\nanswer ${word}\ndone`, first);
    await emulator.waitFor(() =>
      emulator.messages(emulator.privateChatId).find(({ text }) => text?.includes("place 2")),
    );
    await ring.kill();
    ring.start();
    expect(await ring.expectPeace()).toEqual({ done: 2, interrupted: 1, errors: [], shownTwice: 0 });
  });

  test("as soon as a person has pressed Stop reports the run as cancelled", async () => {
    const ring = await enterRing();
    const { emulator } = ring;
    ring.start("run.stopping");
    const id = ring.ask("session\nstep working\nhang");
    const find = (what: RegExp) => () =>
      emulator.messages(emulator.privateChatId).find(({ text = "" }) => what.test(text));
    await emulator.waitFor(find(/^working/));
    emulator.sendText({ chatId: emulator.privateChatId, text: "/cancel" });
    await ring.gone();
    ring.start();
    const outcome = await emulator.waitFor(find(/^cancelled/));
    expect(outcome.reply_to_message?.message_id).toBe(id);
    expect(await ring.expectPeace()).toEqual({ done: 0, interrupted: 0, errors: [], shownTwice: 0 });
  });

  test(`${KILLS} times at random moments loses no prompt and no answer, and runs none twice`, async () => {
    const seed = Number(process.env["CHAOS_SEED"] ?? Date.now() % 1_000_000);
    process.stdout.write(`chaos: CHAOS_SEED=${seed} repeats this run\n`);
    const random = randomFrom(seed);
    const ring = await enterRing();
    for (let kills = 0; kills < KILLS; kills++) {
      ring.start();
      if (kills % 2 === 0)
        ring.ask(
          random() < 0.5 ? "session\nstep a\nanswer quick\ndone" : "session\norphan\npause 300\nanswer slow\ndone",
        );
      // One in four does not even come up.
      if (kills % 4 !== 0) await ring.listening();
      await delay(random() * 500);
      await ring.kill();
    }
    ring.start();
    const peace = await ring.expectPeace();
    process.stdout.write(`chaos: ${JSON.stringify(peace)}\n`);
    expect(peace.errors).toEqual([]);
    expect(peace.done + peace.interrupted).toBe(Math.ceil(KILLS / 2));
  });
});
