import { expect, test } from "vitest";
import { killing, TASK, WORKER_STEPS } from "./scene.ts";

const { enter, peaceOf } = killing("worker");

/** From here until its outcome is stored, an engine may be at work. */
const AT_WORK = ["worker.begun", "process.spawned"];

test.each(WORKER_STEPS)("a task runs once at most and is told once if its worker is killed at %s", async (step) => {
  const scene = await enter();
  const { ring, worker } = scene;
  worker.start(step);
  ring.start();
  ring.ask(TASK);
  await worker.gone();
  worker.start();
  expect(await peaceOf(scene, step)).toBe(AT_WORK.includes(step) ? "reported as cut off" : "answered");
});
