import { test } from "vitest";
import { killing, TASK, WORKER_STEPS } from "./scene.ts";

const { enter, peaceOf } = killing("worker");

test.each(WORKER_STEPS)("a task runs once at most and is told once if its worker is killed at %s", async (step) => {
  const scene = await enter();
  const { ring, worker } = scene;
  worker.start(step);
  ring.start();
  ring.ask(TASK);
  await worker.gone();
  worker.start();
  await peaceOf(scene, step);
});
