import { expect, test } from "vitest";
import { killing, TASK } from "./scene.ts";

const { enter, peaceOf } = killing("bridge");

const STEPS = [
  ...["run.queued", "machine.sending", "machine.sent", "run.started", "run.session", "run.outcome", "run.completed"],
  "delivery.arrived",
];

test.each(STEPS)("a task elsewhere runs once and is answered once if the bridge is killed at %s", async (step) => {
  const scene = await enter();
  const { ring, worker } = scene;
  worker.start();
  ring.start(step);
  ring.ask(TASK);
  await ring.gone();
  ring.start();
  expect(await peaceOf(scene, step)).toBe("answered");
});
